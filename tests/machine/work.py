"""What runs behind the requests: time, ticks, and workers that do their jobs now, later, or while the gateway is away."""

from collections.abc import Callable
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import rule

from tests.machine.ground import Ground
from tests.machine.model import WARNING, Booking, Payment, Refund
from tests.machine.place import MOODS

# Holds end half a minute beside these, so that what really passes while a step runs decides nothing.
PAUSES = st.sampled_from([60, 300, 600, 960, 3600])
TICKS = st.sampled_from(["holds.expire", "holds.expire", "holds.warn", "payments.recheck", "refunds.follow",
                         "payments.follow_through", "payments.reconcile"])  # fmt: skip
LOOK_AGAIN = 600


class Work(Ground):
    @rule(seconds=PAUSES)
    def time_passes(self, seconds: int) -> None:
        """And nobody does anything: beat and workers are away."""
        self.let_pass(seconds)

    def let_pass(self, seconds: int) -> None:
        self.place.clock.move(seconds)
        self.house.now += seconds

    @rule(name=TICKS)
    def tick(self, name: str) -> None:
        self.beat(name)

    def beat(self, name: str) -> None:
        """Ticks of beat: the sweeps act at once, the others promise jobs."""
        self.place.tick(name)
        if name == "holds.expire":
            self.books.sweep()
        if name == "holds.warn":
            self._warn()

    def _warn(self) -> None:
        for booking in self.books.bookings:
            left = (booking.hold_ends or 0) - self.books.now
            if booking.status == "pending_payment" and 0 < left <= WARNING:
                booking.is_warned = True

    @rule(most=st.integers(1, 8), mood=st.sampled_from(["well", "well", "well", *MOODS]))
    def work(self, most: int, mood: str) -> None:
        """A worker does so many of the jobs that are due, in their order, and dies."""
        self.do_jobs(most, mood)

    def do_jobs(self, most: int, mood: str) -> int:
        """Returns how many ran."""
        self.place.clock.stand(exactly=True)
        with self.place.gateway(mood):
            for done in range(most):
                job = self.place.next_job()
                if job is None:
                    return done
                self._do(*job, mood)
        return most

    def _do(self, row_id: int, name: str, payload: dict[str, Any], mood: str) -> None:
        """Each kind of job has one effect, whoever promised it and however often."""
        effects: dict[str, Callable[..., None]] = {
            "payments.verify": self._verified,
            "payments.confirm_paid": self._confirmed,
            "payments.start": self._started,
            "payments.refund": self._sent,
            "payments.follow_refund": self._followed,
            "bookings.hold_lapsed": self._asked_at_hold_end,
            "bookings.refund_due": self.refund_due,
            "payments.compare": self._compared,
        }
        self.place.run_job(row_id)
        effects[name](payload, mood)
        self.note_refunds()

    def _compared(self, _payload: dict[str, Any], _mood: str) -> None:
        """It promises checks and changes nothing."""

    def refund_due(self, payload: dict[str, Any], mood: str) -> None:
        """Nobody promises this one yet."""
        raise AssertionError(payload)

    def _verified(self, payload: dict[str, Any], mood: str) -> None:
        booking, payment = self.books.payment(payload["payment_id"])
        if mood == "well" and payment.state != "reversed":
            self.books.learn(booking, payment)

    def _asked_at_hold_end(self, payload: dict[str, Any], mood: str) -> None:
        """Two attempts may turn out to be paid at once, and whichever was asked about first is kept."""
        booking = self.books.booking(payload["booking_id"])
        attempts = [one for one in booking.payments if one.state in ("queued", "initialized", "failed", "abandoned")]
        if booking.status != "pending_payment" or (mood != "well" and attempts):
            return
        kept = self.place.facts()["payments"]
        attempts.sort(key=lambda payment: not kept[payment.id]["kept"])
        unpaid = [self.books.learn(booking, payment) for payment in attempts]
        if all(unpaid) and booking.is_asked:
            self.books.give_up_waiting(booking)

    def _confirmed(self, payload: dict[str, Any], _mood: str) -> None:
        booking, payment = self.books.payment(payload["payment_id"])
        rung = self.books.apply(booking, payment)
        if rung in ("same_rooms", "same_types", "better_type"):
            self.books.place(booking, rung, self.place.facts()["bookings"][booking.id]["rooms"])

    def _started(self, payload: dict[str, Any], mood: str) -> None:
        """The link was lost: unless that attempt was paid all the same, a fresh one takes its place while the hold lives."""
        booking, payment = self.books.payment(payload["payment_id"])
        if payment.state != "queued" or mood != "well":
            return
        if payment.is_paid_there:
            self.books.learn(booking, payment)
            return
        payment.state = "abandoned"
        if self.is_wanted(booking, payment):
            (fresh,) = self.note_payments(booking)
            fresh.state, fresh.at_gateway = "initialized", "abandoned"
            assert fresh.amount == payment.amount
            booking.payments.append(fresh)

    def is_wanted(self, booking: Booking, _payment: Payment) -> bool:
        """Whether a fresh attempt would buy something."""
        lives = booking.status == "pending_payment" and (booking.hold_ends or 0) > self.books.now
        return lives and booking.money is None and self.house.keeps_holds

    def _sent(self, payload: dict[str, Any], mood: str) -> None:
        _booking, payment, refund = self.books.refund(payload["refund_id"])
        whole = payment.state == "review" or refund.amount >= payment.amount
        todo = self.books.request(payment, refund)
        if todo == "look":
            todo = self._look(payment, refund, mood, whole=whole)
        if todo == "post" and mood != "away":
            self._post(payment, refund, whole=whole, is_heard=mood == "well")

    def _look(self, payment: Payment, refund: Refund, mood: str, *, whole: bool) -> str:
        """Whether a refund whose answer was lost is there after all. A part may be sent again only after two looks in vain."""
        if mood != "well":
            return "nothing"
        if refund.at_gateway not in (None, "failed"):
            self._store(payment, refund, whole=whole)
            return "nothing"
        if whole or (refund.looked_at is not None and refund.looked_at <= self.books.now - LOOK_AGAIN):
            refund.asked_at, refund.looked_at = self.books.now, None
            return "post"
        refund.looked_at = self.books.now if refund.looked_at is None else refund.looked_at
        return "nothing"

    def _post(self, payment: Payment, refund: Refund, *, whole: bool, is_heard: bool) -> None:
        (there,) = [
            one for one in self.place.gateway_refunds() if refund.id in one.merchant_note and one.status == "pending"
        ]
        refund.at_gateway, refund.sent = "pending", there.amount
        assert there.amount == (payment.amount if whole else refund.amount)
        if is_heard:
            self._store(payment, refund, whole=whole)

    def _store(self, payment: Payment, refund: Refund, *, whole: bool) -> None:
        booking = self.books.payment(payment.id)[0]
        refund.is_known = True
        if whole:
            refund.amount = max(refund.amount, refund.sent)
        self.books.advance(booking, payment, refund)

    def _followed(self, payload: dict[str, Any], mood: str) -> None:
        booking, payment, refund = self.books.refund(payload["refund_id"])
        if mood == "well" and refund.is_known:
            self.books.advance(booking, payment, refund)
