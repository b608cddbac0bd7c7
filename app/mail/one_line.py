"""Text that others typed, made fit for a header and for one place in a mail: pure."""

import unicodedata

DIRECTION = frozenset("\u200e\u200f\u061c\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
NO_TEXT = frozenset({"Cc", "Cs", "Co", "Cn"})


def one_line(text: str) -> str:
    """The text on one line: no breaks of any kind, no control or direction characters, nothing that is no character."""
    return " ".join("".join(_allowed(one) for one in text).split())


def _allowed(character: str) -> str:
    if character in DIRECTION:
        return ""
    return " " if unicodedata.category(character) in NO_TEXT else character
