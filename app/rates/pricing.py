"""What a stay costs under one rate plan, and what stands in its way: pure, over the plan's rate spans.

A night is priced by the one span that covers its date. Closed to arrival, least and most nights are read on the
check-in date, closed to departure on the check-out date, stop-sell on every night. The search says the same in SQL.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.rates.errors import StayInvalid

MOST_NIGHTS = 30
# What Paystack takes in one online payment in NGN: 100 to 10,000,000 Naira.
SMALLEST_PAYMENT = 100_00
LARGEST_PAYMENT = 10_000_000_00


class Reason(StrEnum):
    """Why a stay cannot be sold."""

    HOTEL_NOT_SELLING = "hotel_not_selling"
    OUTSIDE_SALE_PERIOD = "outside_sale_period"
    NO_PRICE = "no_price"
    STOP_SELL = "stop_sell"
    CLOSED_TO_ARRIVAL = "closed_to_arrival"
    CLOSED_TO_DEPARTURE = "closed_to_departure"
    MIN_NIGHTS = "min_nights"
    MAX_NIGHTS = "max_nights"
    LEAD_TIME = "lead_time"
    ADVANCE_LIMIT = "advance_limit"
    OCCUPANCY = "occupancy_exceeded"
    AMOUNT = "amount_out_of_range"
    SOLD_OUT = "sold_out"


@dataclass(frozen=True, slots=True)
class Span:
    """A run of equal days `[first, end)`; `price` in kobo per room and night."""

    first: date
    end: date
    price: int
    stop_sell: bool = False
    closed_to_arrival: bool = False
    closed_to_departure: bool = False
    min_nights: int = 1
    max_nights: int = MOST_NIGHTS

    def covers(self, day: date) -> bool:
        return self.first <= day < self.end


@dataclass(frozen=True, slots=True)
class Capacity:
    """How many people a room type takes."""

    max_adults: int
    max_children: int
    max_occupancy: int


@dataclass(frozen=True, slots=True)
class Obstacle:
    """A reason and the date it holds on."""

    reason: Reason
    day: date


def nights_of(check_in: date, check_out: date) -> tuple[date, ...]:
    """The dates slept on: `[check_in, check_out)`. Raises StayInvalid unless there are 1 to 30."""
    count = (check_out - check_in).days
    if not 1 <= count <= MOST_NIGHTS:
        raise StayInvalid(f"A stay has 1 to {MOST_NIGHTS} nights: check_out comes after check_in")
    return tuple(check_in + timedelta(days=night) for night in range(count))


def is_on_sale(today: date, sale_days: int, check_in: date, check_out: date) -> bool:
    """Whether all nights lie within the days sold: from the hotel's today, `sale_days` of them."""
    return today <= check_in and check_out <= today + timedelta(days=sale_days)


def price_nights(spans: Sequence[Span], nights: Sequence[date]) -> tuple[tuple[date, int], ...]:
    """(date, kobo) for each night that has a price."""
    return tuple((night, span.price) for night in nights if (span := _on(spans, night)))


def obstacles(spans: Sequence[Span], nights: Sequence[date]) -> tuple[Obstacle, ...]:
    """Everything that keeps the stay from being sold under these spans; empty when nothing does."""
    return (*_of_nights(spans, nights), *_of_arrival(spans, nights), *_of_departure(spans, nights))


def obstacle_of_booking_day(today: date, check_in: date, *, lead_days: int, advance_days: int) -> tuple[Obstacle, ...]:
    """Whether the guest books too late or too early: at least and at most so many days before he arrives."""
    ahead = (check_in - today).days
    broken = {Reason.LEAD_TIME: ahead < lead_days, Reason.ADVANCE_LIMIT: ahead > advance_days}
    return tuple(Obstacle(reason, check_in) for reason, holds in broken.items() if holds)


def fits(capacity: Capacity, adults: int, children: int) -> bool:
    """Whether one room takes so many people."""
    return (
        adults <= capacity.max_adults
        and children <= capacity.max_children
        and adults + children <= capacity.max_occupancy
    )


def is_payable(total: int) -> bool:
    """Whether one online payment can carry the kobo."""
    return SMALLEST_PAYMENT <= total <= LARGEST_PAYMENT


def _on(spans: Sequence[Span], day: date) -> Span | None:
    return next((span for span in spans if span.covers(day)), None)


def _of_nights(spans: Sequence[Span], nights: Sequence[date]) -> list[Obstacle]:
    found = [(night, _on(spans, night)) for night in nights]
    missing = [Obstacle(Reason.NO_PRICE, night) for night, span in found if span is None]
    return missing + [Obstacle(Reason.STOP_SELL, night) for night, span in found if span and span.stop_sell]


def _of_arrival(spans: Sequence[Span], nights: Sequence[date]) -> list[Obstacle]:
    span = _on(spans, nights[0])
    if span is None:
        return []
    broken = {
        Reason.CLOSED_TO_ARRIVAL: span.closed_to_arrival,
        Reason.MIN_NIGHTS: len(nights) < span.min_nights,
        Reason.MAX_NIGHTS: len(nights) > span.max_nights,
    }
    return [Obstacle(reason, nights[0]) for reason, holds in broken.items() if holds]


def _of_departure(spans: Sequence[Span], nights: Sequence[date]) -> list[Obstacle]:
    check_out = nights[-1] + timedelta(days=1)
    span = _on(spans, check_out)
    return [Obstacle(Reason.CLOSED_TO_DEPARTURE, check_out)] if span and span.closed_to_departure else []
