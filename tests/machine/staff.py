"""The hotel's people and the platform's: they stop and start the sale, and decide what the system may not."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.api import new_key
from tests.machine.ground import Ground, nth, refused
from tests.machine.guests import some

LEADS = {
    ("active", "pause"): "paused",
    ("paused", "resume"): "active",
    ("active", "suspend"): "suspended",
    ("paused", "suspend"): "suspended",
    ("suspended", "reinstate"): "active",
}
STEPS = st.sampled_from(["resume", "reinstate", "pause", "resume", "reinstate", "suspend"])


class Staff(Ground):
    @rule(step=STEPS)
    def step(self, step: str) -> None:
        """Pause and resume are the hotel's, suspend and reinstate the platform's."""
        who, path = self.place.owner, f"{self.hotel_path}/{step}"
        if step in ("suspend", "reinstate"):
            who, path = self.place.platform, f"/admin{path}"
        answer = who.post(path, {"reason": "as it is"})
        to = LEADS.get((self.house.status, step))
        if to is None:
            refused(answer, 409, "illegal_transition")
        else:
            assert answer.status_code == 200, answer.text
            self.house.status = to

    @precondition(lambda self: any(payment.state == "review" for _, payment in self.books.payments))
    @rule(which=some, decision=st.sampled_from(["accept", "refund"]))
    def decide(self, which: int, decision: str) -> None:
        self.decide_one(which, decision)

    def decide_one(self, which: int, decision: str) -> None:
        """Money that was not as asked: it counts, or all that the gateway took goes back."""
        booking, payment = nth([pair for pair in self.books.payments if pair[1].state == "review"], which)
        body = {"decision": decision, "reason": "looked at"}
        answer = self.place.platform.post(f"/admin/payments/{payment.reference}/resolve", body, key=new_key())
        if payment.refunds:
            refused(answer, 409, "refund_in_flight")
        elif decision == "accept":
            assert answer.status_code == 200, answer.text
            self.books.accept(booking, payment)
            self.note_refunds()
        else:
            assert answer.status_code == 200, answer.text
            self.books.owe(booking, payment, payment.amount + payment.lie)
            self.note_refunds()

    @precondition(lambda self: any(refund.state == "failed" for _, _, refund in self.books.refunds))
    @rule(which=some)
    def send_again(self, which: int) -> None:
        self.send_refund_again(which)

    def send_refund_again(self, which: int) -> None:
        """A refund that failed at its bank is due anew; it waits while another of the payment is on its way."""
        failed = [three for three in self.books.refunds if three[2].state == "failed"]
        _, _, refund = nth(failed, which)
        answer = self.place.platform.post(f"/admin/refunds/{refund.id}/again", {"reason": "again"}, key=new_key())
        assert answer.status_code == 202, answer.text
        refund.state, refund.at_gateway, refund.asked_at, refund.is_known = "due", None, None, False
