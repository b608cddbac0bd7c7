"""What happens at the gateway: cards at the checkout page, banks that move refunds, webhooks that come once, twice, late or never."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.machine.ground import Ground, nth
from tests.machine.guests import some

CARDS = st.sampled_from(["success", "success", "success", "declined"])
LIES = st.sampled_from([0, 0, 0, 0, 0, -100_00, 50_00])
BANK = st.sampled_from(["processing", "processed", "processed", "failed", "needs-attention"])


class Till(Ground):
    @precondition(lambda self: any(payment.at_gateway for _, payment in self.books.payments))
    @rule(which=some, card=CARDS, lie=LIES)
    def try_a_card(self, which: int, card: str, lie: int) -> None:
        """On a link that is fresh, given up, or of a booking that is long gone: the gateway takes money once a transaction."""
        there = [payment for _, payment in self.books.payments if payment.at_gateway]
        payment = nth(there, which)
        if payment.is_paid_there:
            lie = 0
        assert payment.at_gateway is not None
        before, payment.at_gateway = payment.at_gateway, self.place.pay(payment.reference, card, lie)
        if before in ("success", "reversed"):
            assert payment.at_gateway == before
        elif payment.at_gateway == "success":
            payment.lie = lie
        else:
            self.place.world.switches.clear(scope=payment.reference)

    @precondition(lambda self: self.place.webhooks())
    @rule(which=some, times=st.integers(1, 2))
    def deliver_webhook(self, which: int, times: int) -> None:
        """It is believed in nothing: all that it does is to have the gateway asked, and a copy does nothing at all."""
        webhook = nth(self.place.webhooks(), which)
        for _ in range(times):
            assert self.place.deliver(webhook) == 200
        _, payment = self.books.payment(webhook["reference"])
        if webhook["event"].startswith("charge.") and webhook["body"] not in self.heard:
            assert self.place.is_promised("payments.verify", payment_id=payment.id)
        self.heard.add(webhook["body"])

    @precondition(lambda self: any(refund.at_gateway for _, _, refund in self.books.refunds))
    @rule(which=some, to=BANK)
    def bank_moves(self, which: int, to: str) -> None:
        self.move_at_bank(which, to)

    def move_at_bank(self, which: int, to: str) -> None:
        """A refund goes on at its bank; what has ended there does not move any more."""
        there = [three for three in self.books.refunds if three[2].at_gateway]
        _, payment, refund = nth(there, which)
        if refund.at_gateway in ("processed", "failed"):
            return
        (known,) = [
            one for one in self.place.gateway_refunds() if refund.id in one.merchant_note and one.status != "failed"
        ]
        self.place.move_refund(known.id, to)
        refund.at_gateway = to
        if self.place.transactions()[payment.reference].status == "reversed":
            payment.at_gateway = "reversed"
