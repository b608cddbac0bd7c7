"""The name people call a booking by, on the phone and at the desk."""

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 7


def new_reference() -> str:
    """`SS-7K3M9QX`: no letters that look like digits; 2 × 10¹⁰ of them, and the database refuses the same twice."""
    return "SS-" + "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
