"""What must hold after every step: our rows are the model's, the gateway's money is explained, and the audit finds nothing."""

import math
from datetime import date
from typing import Any

from hypothesis.stateful import invariant

from tests.machine.ground import Ground, kobo_back, stands
from tests.machine.model import Booking, Payment

SLACK = 25
# These say that a tick did not come in time, which here is nobody's fault but the machine's.
LATE = {"open_payment_forgotten", "success_forgotten", "refund_forgotten", "outbox_late"}


class Truth(Ground):
    @invariant()
    def all_is_as_it_should_be(self) -> None:
        self.steps += 1
        self.place.clock.stand()
        facts = self.place.facts()
        self.compare_takings(facts)
        self.compare_bookings(facts)
        self.compare_money(facts)
        self.explain_every_kobo(facts)
        self.ask_the_audit()

    def compare_takings(self, facts: dict[str, Any]) -> None:
        """No room twice, by SQL; and row by row what the model has, down to the lapsed hold that nobody swept away."""
        assert facts["overlaps"] == 0
        ours = {
            (one.owner, one.room, one.first.isoformat(), one.end.isoformat()): one.until for one in self.house.takings
        }
        theirs = {(row["owner"], row["room"], row["first"], row["end"]): row["until"] for row in facts["takings"]}
        assert theirs.keys() == ours.keys()
        for key, until in ours.items():
            assert is_near(theirs[key], until, self.books.now), (key, theirs[key], until)
        taken = [(one.room, night) for one in self.house.takings for night in dates(one.first, one.end)]
        assert len(taken) == len(set(taken))

    def compare_bookings(self, facts: dict[str, Any]) -> None:
        assert facts["hotels"] == {str(self.place.hotel.id): self.house.status}
        assert facts["bookings"].keys() == {booking.id for booking in self.books.bookings}
        for booking in self.books.bookings:
            row = facts["bookings"][booking.id]
            told = tuple(row[name] for name in ("status", "payment_status", "total", "check_in", "check_out", "rooms"))
            rooms = {room.id: room.room for room in booking.rooms}
            stay = booking.check_in.isoformat(), booking.check_out.isoformat()
            assert told == (booking.status, booking.payment_status, booking.total, *stay, rooms), booking.reference
            if booking.status == "pending_payment":
                assert (row["warned"], row["asked"]) == (booking.is_warned, booking.is_asked)
                assert is_near(row["hold"], booking.hold_ends, self.books.now)

    def compare_money(self, facts: dict[str, Any]) -> None:
        payments = {
            one.id: (one.reference, one.state, one.kept, one.is_applied, one.amount, one.refunded, one.part)
            for _, one in self.books.payments
        }
        names = ("reference", "status", "kept", "applied", "amount", "refunded", "part")
        assert {key: tuple(row[name] for name in names) for key, row in facts["payments"].items()} == payments
        refunds = {one.id: (payment.id, one.amount, one.state, one.is_known) for _, payment, one in self.books.refunds}
        told = {
            key: (row["payment"], row["amount"], row["status"], row["gateway_id"] is not None)
            for key, row in facts["refunds"].items()
        }
        assert told == refunds

    def explain_every_kobo(self, facts: dict[str, Any]) -> None:
        """What the gateway took is kept by a booking, went or goes back, or has not been heard of or decided yet; nothing else."""
        there = self.place.transactions()
        sent: dict[str, int] = {}
        for refund in self.place.gateway_refunds():
            assert any(one in refund.merchant_note for one in facts["refunds"])
            if refund.status != "failed":
                sent[refund.reference] = sent.get(refund.reference, 0) + refund.amount
        assert there.keys() == {one.reference for _, one in self.books.payments if one.at_gateway}
        for booking, payment in self.books.payments:
            taken = there[payment.reference].amount if payment.is_paid_there else 0
            assert sent.get(payment.reference, 0) <= max(taken, 0), "more went back than came in"
            assert sent.get(payment.reference, 0) <= kobo_back(payment), "money left that no refund of ours speaks for"
            self.explain(booking, payment, taken)

    def explain(self, booking: Booking, payment: Payment, taken: int) -> None:
        is_decided = payment.is_applied or payment.state == "reversed" or bool(payment.refunds)
        if not taken or payment.state not in ("success", "reversed") or not is_decided:
            assert taken or not payment.is_applied, "money that was never taken bought something"
            return
        if payment.lie and not payment.is_applied:
            # Our rows go by the gateway's word; that no more left it than it had is asserted above.
            told = (payment.amount, payment.amount + payment.lie)
            assert kobo_back(payment) in told, "neither all that was asked for goes back nor all that was told of"
            return
        keeps = taken - kobo_back(payment)
        if payment.kept and (stands(booking) or booking.status == "cancelled"):
            assert 0 <= keeps <= payment.amount
        else:
            assert keeps <= 0, f"{payment.reference}: {keeps} kobo are kept for nothing"
        if not payment.lie:
            assert kobo_back(payment) <= payment.amount

    def ask_the_audit(self) -> None:
        found = self.place.audit()
        late = sum(
            1
            for booking in self.books.bookings
            if booking.status == "pending_payment" and (booking.release_at or math.inf) <= self.books.now
        )
        assert found.pop("hold_outlived_its_release", 0) == late, found
        assert {name: count for name, count in found.items() if name not in LATE} == {}


def is_near(seconds: float | None, at: float | None, now: float) -> bool:
    """Whether an instant of the database, in seconds from now, is the model's."""
    if seconds is None or at is None:
        return seconds is None and at is None
    return abs(seconds - (at - now)) < SLACK


def dates(first: date, end: date) -> list[date]:
    return [date.fromordinal(number) for number in range(first.toordinal(), end.toordinal())]
