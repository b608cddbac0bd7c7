"""Why a priced plan cannot be booked, beside what stands in the way of single days: one rule for guests and for the hotel that asks why."""

from collections.abc import Iterator

from app.rates import pricing
from app.rates.models import PaymentTiming
from app.rates.pricing import Reason
from app.rates.quote import PlanQuote


def undated(quote: PlanQuote, rooms_left: int) -> Iterator[Reason]:
    """Of the whole stay, for a room of each of the quote's parties."""
    plan = quote.plan
    if not all(pricing.fits(plan.capacity, party.adults, len(party.children)) for party in quote.parties):
        yield Reason.OCCUPANCY
    if rooms_left < len(quote.parties):
        yield Reason.SOLD_OUT
    is_priced = not any(obstacle.reason is Reason.NO_PRICE for obstacle in quote.obstacles)
    if is_priced and plan.payment_timing == PaymentTiming.PAY_NOW and not pricing.is_payable(quote.total_amount):
        yield Reason.AMOUNT
