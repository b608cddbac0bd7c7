"""The name people call a booking by, on the phone and at the desk.

30⁷ of them, drawn by the system's own source of chance: with a million bookings, one guess in 20,000 names one. It is a name and no
secret: alone it opens nothing. Together with the booking's e-mail it shows the booking, and both are looked up together, answered alike
whichever is wrong, and counted (`service.lookup`).
"""

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 7


def new_reference() -> str:
    """`SS-7K3M9QX`: no letters that look like digits; 2 × 10¹⁰ of them, and the database refuses the same twice."""
    return "SS-" + "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def as_written(typed: str) -> str:
    """The reference that somebody typed, in capitals."""
    return typed.strip().upper()
