"""The name of an attempt at the gateway: ours, unique for ever, made of characters that the gateway takes (A-Z a-z 0-9 - . =)."""

import re
import secrets

SHAPE = re.compile(r"SS-[A-Za-z0-9]{1,32}-[1-9][0-9]{0,3}-[0-9a-f]{8}")


def new_reference(booking_reference: str, part: int) -> str:
    """`SS-7K3M9QX-1-a81f03c2`: the booking's own reference, its part, eight random hex digits."""
    return f"{booking_reference}-{part}-{secrets.token_hex(4)}"


def is_ours(reference: str) -> bool:
    """Whether it has the shape of ours; other shops may share the gateway's account."""
    return SHAPE.fullmatch(reference) is not None
