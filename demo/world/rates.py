"""Rate plans and what cancelling them costs. Prices are whole steps of NGN 500, in kobo, per room and night."""

from datetime import date
from random import Random
from typing import Final

from demo.world.samples import CancellationWindow, RatePlanSample

NAIRA: Final = 100
PRICE_STEP: Final = 500 * NAIRA

# Over Christmas and the New Year what is flexible costs a fifth more in houses of three stars and more, but for what is dear already.
DECEMBER: Final = ((12, 15), (1, 5))
_DECEMBER_PERCENT: Final = 120
_DECEMBER_STARS: Final = 3
_DEAR: Final = 200_000 * NAIRA

FREE_UNTIL_TWO_DAYS: Final = (CancellationWindow(48, "none", 0), CancellationWindow(None, "nights", 1))
FREE_UNTIL_ONE_DAY: Final = (CancellationWindow(24, "none", 0), CancellationWindow(None, "nights", 1))
IN_STEPS: Final = (
    CancellationWindow(72, "none", 0),
    CancellationWindow(24, "percent", 50),
    CancellationWindow(None, "percent", 100),
)
NON_REFUNDABLE: Final = (CancellationWindow(None, "percent", 100),)

_BREAKFAST_KOBO: Final = {
    stars: naira * NAIRA for stars, naira in ((1, 2500), (2, 4000), (3, 6500), (4, 9500), (5, 14000))
}
_MENUS: Final[dict[int, tuple[tuple[str, ...], ...]]] = {
    1: (("Flexible",), ("Pay at hotel",), ("Flexible", "Pay at hotel")),
    2: (("Flexible",), ("Flexible", "Saver"), ("Flexible", "Pay at hotel")),
    3: (("Flexible", "Pay at hotel"), ("Flexible", "Saver", "Bed & breakfast"), ("Flexible", "Saver", "Pay at hotel")),
    4: (("Flexible", "Saver", "Bed & breakfast"), ("Flexible", "Bed & breakfast", "Pay at hotel")),
    5: (("Flexible", "Bed & breakfast"), ("Flexible", "Saver", "Bed & breakfast")),
}


def stepped(kobo: int) -> int:
    """The price rounded to the nearest NGN 500."""
    return (kobo + PRICE_STEP // 2) // PRICE_STEP * PRICE_STEP


def flexible(base_kobo: int, stars: int) -> RatePlanSample:
    is_dearer = stars >= _DECEMBER_STARS and base_kobo < _DEAR
    december = stepped(base_kobo * _DECEMBER_PERCENT // 100) if is_dearer else None
    windows = IN_STEPS if stars == 5 else FREE_UNTIL_TWO_DAYS
    return RatePlanSample("Flexible", "room_only", "pay_now", base_kobo, windows, december)


def saver(base_kobo: int) -> RatePlanSample:
    """12 per cent off for money that does not come back."""
    return RatePlanSample("Saver", "room_only", "pay_now", stepped(base_kobo * 88 // 100), NON_REFUNDABLE)


def bed_and_breakfast(base_kobo: int, stars: int, base_adults: int) -> RatePlanSample:
    price = base_kobo + base_adults * _BREAKFAST_KOBO[stars]
    return RatePlanSample("Bed & breakfast", "breakfast", "pay_now", price, FREE_UNTIL_ONE_DAY)


def pay_at_hotel(base_kobo: int) -> RatePlanSample:
    return RatePlanSample("Pay at hotel", "room_only", "pay_at_hotel", base_kobo, FREE_UNTIL_ONE_DAY)


def menu(stars: int, rng: Random) -> tuple[str, ...]:
    """The names of the plans one hotel of that class sells; all its room types share them."""
    return rng.choice(_MENUS[stars])


def plans(names: tuple[str, ...], base_kobo: int, stars: int, base_adults: int) -> tuple[RatePlanSample, ...]:
    """The named plans at a room type's base price, in the order of `names`; KeyError for an unknown name."""
    known = {
        "Flexible": flexible(base_kobo, stars),
        "Saver": saver(base_kobo),
        "Bed & breakfast": bed_and_breakfast(base_kobo, stars, base_adults),
        "Pay at hotel": pay_at_hotel(base_kobo),
    }
    return tuple(known[name] for name in names)


def next_december(today: date) -> tuple[date, date]:
    """The season's first and last day, the one that is under way or the next to come."""
    (month, day), (last_month, last_day) = DECEMBER
    year = today.year - 1 if (today.month, today.day) <= (last_month, last_day) else today.year
    return date(year, month, day), date(year + 1, last_month, last_day)
