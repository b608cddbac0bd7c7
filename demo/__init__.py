"""The demonstration: a sample world and the plays performed on it."""
