"""What every part of the machine stands on: one place, one model of it, and the words between them."""

from datetime import date, timedelta
from typing import Any, TypeVar

from hypothesis.stateful import RuleBasedStateMachine

from tests.api import Api
from tests.factories import in_days
from tests.machine.books import Books
from tests.machine.model import STANDING, Booking, House, Payment, Plan, Refund
from tests.machine.place import Place

PRICE = 5_000_000
HORIZON = 6

T = TypeVar("T")


def nth(things: list[T], number: int) -> T:
    """One of them: small numbers are the newest, for hypothesis likes small numbers and much happens to what is young."""
    return things[-1 - number % len(things)]


class Ground(RuleBasedStateMachine):
    """`place` is the world, `books` and `house` are what we believe of it. Parts are mixins of this class."""

    books_of = Books

    def __init__(self, place: Place) -> None:
        super().__init__()
        self.place = place
        types = {str(one.id): [str(room) for room in one.rooms] for one in place.hotel.types.values()}
        plans = [
            Plan(str(plan_id), str(one.id), timing, PRICE * step)
            for step, one in enumerate(place.hotel.types.values(), 1)
            for timing, plan_id in (("pay_now", one.pay_now), ("pay_at_hotel", one.pay_at_hotel))
        ]
        self.house = House(types, plans)
        self.books = self.books_of(self.house)
        self.type_ids = list(types)
        self.steps = 0
        self.heard: set[str] = set()  # webhooks that came

    @property
    def hotel_path(self) -> str:
        return f"/hotels/{self.place.hotel.id}"

    def caller(self, booking: Booking) -> Api:
        return self.place.callers[booking.id]

    def day(self, number: int) -> date:
        return in_days(number)

    def stay(self, start: int, length: int) -> tuple[date, date]:
        """Within the horizon: few nights, so that guests get in each other's way."""
        first = 1 + start % HORIZON
        return self.day(first), self.day(first + min(length, HORIZON + 1 - first))

    def note_refunds(self) -> None:
        """Refunds that the model expects get the ids that the application gave them. Fails when there are others than those expected."""
        told = self.place.facts()["refunds"]
        known = {refund.id for _, _, refund in self.books.refunds}
        for _, payment, refund in self.books.refunds:
            if refund.id:
                continue
            ids = [
                refund_id
                for refund_id, row in sorted(told.items())
                if row["payment"] == payment.id and row["amount"] == refund.amount and refund_id not in known
            ]
            assert ids, f"{payment.reference}: {refund.amount} kobo should go back, and nothing says so"
            refund.id = ids[0]
            known.add(refund.id)

    def note_payments(self, booking: Booking) -> list[Payment]:
        """The booking's payments that the model did not know, as the application made them."""
        known = {payment.id for payment in booking.payments}
        rows = self.place.facts()["payments"]
        return [
            Payment(payment_id, row["reference"], row["amount"], row["part"])
            for payment_id, row in sorted(rows.items())
            if row["booking"] == booking.id and payment_id not in known
        ]


def refused(answer: Any, status: int, code: str) -> None:
    """Fails unless the answer is this refusal."""
    assert (answer.status_code, answer.json.get("code")) == (status, code), answer.text


def stands(booking: Booking) -> bool:
    return booking.status in STANDING


def kobo_back(payment: Payment) -> int:
    return sum(refund.amount for refund in payment.refunds)


def is_final(refund: Refund) -> bool:
    return refund.state in ("processed", "failed")


def days(count: int) -> timedelta:
    return timedelta(days=count)
