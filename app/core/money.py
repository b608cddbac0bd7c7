"""Money is integer kobo with a currency; this is how people read it."""

from babel.numbers import format_currency

KOBO = 100
MAX_KOBO = 1_000_000_000_000  # ten billion Naira: far above any booking, far below bigint


def spoken(kobo: int, currency: str = "NGN") -> str:
    """`₦12,500.00`"""
    return format_currency(kobo / KOBO, currency, locale="en_NG")
