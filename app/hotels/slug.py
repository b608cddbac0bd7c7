"""A hotel's name in its address: made once from the name it was born with, and never changed, so that links stay."""

import re
import secrets
import unicodedata

LONGEST = 60
NAMELESS = "hotel"


def slug_of(name: str) -> str:
    """`Ọ̀rún & Sea, Lekki` → `orun-sea-lekki`; letters that have no Latin base are left out."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    return words[:LONGEST].strip("-") or NAMELESS


def another(slug: str) -> str:
    """The slug with a few letters that nobody else has."""
    return f"{slug}-{secrets.token_hex(3)}"
