"""How each run ends: everybody comes back to work, all that is owed is done, and then nothing may be left over."""

from tests.job_queue import run_due_jobs
from tests.machine.ground import kobo_back
from tests.machine.model import Payment
from tests.machine.staff import Staff
from tests.machine.till import Till
from tests.machine.truth import Truth
from tests.machine.work import Work

MOST_ROUNDS = 12
TICKS = (
    "holds.expire",
    "holds.warn",
    "payments.recheck",
    "payments.follow_through",
    "refunds.follow",
    "payments.reconcile",
)


class Ends(Truth, Work, Till, Staff):
    def settle(self) -> None:
        """Money in review goes back, refunds are carried through, holds lapse. Then the audit finds nothing at all."""
        for number in range(MOST_ROUNDS):
            self.let_pass(3600 if number % 2 else 960)
            for name in TICKS:
                self.beat(name)
            while self.do_jobs(100, "well"):
                pass
            self._decide_all()
            self._carry_through()
            self.all_is_as_it_should_be()
            if self._is_over():
                break
        run_due_jobs()
        self.place.relay()
        self.leave_nothing_over()

    def _decide_all(self) -> None:
        while [payment for _, payment in self.books.payments if payment.state == "review" and not payment.refunds]:
            waiting = [payment for _, payment in self.books.payments if payment.state == "review"]
            number = next(index for index, payment in enumerate(reversed(waiting)) if not payment.refunds)
            self.decide_one(number, "refund")

    def _carry_through(self) -> None:
        there = [three for three in self.books.refunds if three[2].at_gateway]
        for number in range(len(there)):
            self.move_at_bank(number, "processed")
        while any(refund.state == "failed" for _, _, refund in self.books.refunds):
            self.send_refund_again(0)

    def _is_over(self) -> bool:
        waiting = any(booking.status == "pending_payment" for booking in self.books.bookings)
        owed = any(refund.state != "processed" for _, _, refund in self.books.refunds)
        unheard = any(one.is_paid_there and one.state not in ("success", "reversed") for _, one in self.books.payments)
        return not (waiting or owed or unheard)

    def leave_nothing_over(self) -> None:
        assert self._is_over(), "something is owed for ever"
        assert self.place.next_job() is None
        assert self.place.audit() == {}
        assert [one for one in self.house.takings if one.until is not None] == []
        for _, payment in self.books.payments:
            self._account_for(payment)

    def _account_for(self, payment: Payment) -> None:
        """What the gateway took is kept by its booking or has gone back. Where its word differed, its own books say that all is back."""
        there = self.place.transactions()
        taken = there[payment.reference].amount if payment.is_paid_there else 0
        if payment.lie and payment.refunds:
            assert payment.at_gateway == "reversed" or payment.kept, payment.reference
            return
        kept = payment.amount - kobo_back(payment) if payment.kept and payment.is_applied else 0
        assert taken == kept + kobo_back(payment), payment.reference
