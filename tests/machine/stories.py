"""What happens most: guests book and pay, and workers work. Left to single steps, few bookings would ever come so far."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.machine.guests import Guests, some, timing
from tests.machine.till import CARDS, LIES, Till
from tests.machine.work import Work

moods = st.sampled_from(["well", "well", "well", "deaf"])
types = st.lists(st.integers(0, 1), min_size=1, max_size=2)


class Stories(Guests, Work, Till):
    @rule(who=st.integers(0, 2), start=some, length=st.integers(1, 3), types=types, timing=timing, mood=moods)
    def book_and_want_to_pay(self, who: int, start: int, length: int, types: list[int], timing: str, mood: str) -> None:
        before = len(self.books.bookings)
        self.book(who, start, length, types, named=False, timing=timing, expects=None, twice=False)
        if len(self.books.bookings) > before:
            self.want_to_pay(0, mood, twice=False)

    @rule(who=st.integers(0, 2), start=some, length=st.integers(1, 3), types=types, card=CARDS, lie=LIES)
    def book_and_pay(self, who: int, start: int, length: int, types: list[int], card: str, lie: int) -> None:
        before = len(self.books.bookings)
        self.book(who, start, length, types, named=True, timing="pay_now", expects=0, twice=False)
        if len(self.books.bookings) > before and self.house.keeps_holds:
            self.want_to_pay(0, "well", twice=False)
            self.pay_newest(0, card, lie)

    @precondition(lambda self: any(payment.at_gateway for _, payment in self.books.payments))
    @rule(which=some, card=CARDS, lie=LIES)
    def pay_and_be_heard(self, which: int, card: str, lie: int) -> None:
        """The webhook comes at once, and a worker is there."""
        self.pay_newest(which, card, lie)
        if self.place.webhooks():
            self.deliver_webhook(0, 1)
        self.do_jobs(10, "well")

    def pay_newest(self, which: int, card: str, lie: int) -> None:
        self.try_a_card(which, card, lie)

    @precondition(lambda self: self.books.bookings)
    @rule(seconds=st.sampled_from([960, 960, 3600]))
    def a_while_later(self, seconds: int) -> None:
        """Beat and workers are back after a pause in which holds lapsed."""
        self.let_pass(seconds)
        for name in ("holds.expire", "payments.recheck", "refunds.follow"):
            self.beat(name)
        self.do_jobs(20, "well")

    @precondition(lambda self: any(refund.at_gateway for _, _, refund in self.books.refunds))
    @rule(which=some)
    def bank_is_through(self, which: int) -> None:
        self.move_at_bank(which, "processed")
        self.beat("refunds.follow")
        self.do_jobs(10, "well")
