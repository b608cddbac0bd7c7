"""The sample world as plain values: places, hotels and accounts. Pure and the same at every call."""
