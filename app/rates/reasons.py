"""Why a priced plan cannot be booked, beside what stands in the way of single days: one rule for guests and for the hotel that asks why."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.rates import pricing
from app.rates.models import PaymentTiming
from app.rates.pricing import Reason
from app.rates.quote import PlanQuote


@dataclass(frozen=True, slots=True)
class Party:
    """Who comes, spread evenly over the rooms: the fullest room must hold its share. `children`: how many."""

    adults: int
    children: int
    rooms: int

    @property
    def adults_a_room(self) -> int:
        return -(-self.adults // self.rooms)

    @property
    def children_a_room(self) -> int:
        return -(-self.children // self.rooms)


def undated(quote: PlanQuote, party: Party, rooms_left: int, total: int) -> Iterator[Reason]:
    """Of the whole stay; `total`: kobo for all rooms and nights that have a price."""
    plan = quote.plan
    if not pricing.fits(plan.capacity, party.adults_a_room, party.children_a_room):
        yield Reason.OCCUPANCY
    if rooms_left < party.rooms:
        yield Reason.SOLD_OUT
    is_priced = not any(obstacle.reason is Reason.NO_PRICE for obstacle in quote.obstacles)
    if is_priced and plan.payment_timing == PaymentTiming.PAY_NOW and not pricing.is_payable(total):
        yield Reason.AMOUNT
