"""What guests do with a booking, and how each kind of it must end. The sandbox's switches make the gateway behave as the kind needs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import requests

from demo.play.market import Market
from demo.story.payment import pay
from demo.story.people import Person
from demo.story.stage import Stage, expect, expect_status

CONFIRMED = ("confirmed", "paid")
DECLINED_CARD = "4084080000005408"


@dataclass(frozen=True)
class Table:
    """Where one booking is played: its guest, what he may choose from, and his luck."""

    stage: Stage
    market: Market
    guest: Person
    chance: Random

    def held(self) -> dict[str, Any]:
        """A booking that waits for its payment."""
        return self.market.book(self.guest, "pay_now", self.chance)

    def control(self, path: str, body: dict[str, Any], *, put: bool = False) -> Any:
        """A lever of the sandbox."""
        url = f"{self.stage.sandbox}/_control/{path}"
        return expect_status(requests.request("PUT" if put else "POST", url, json=body, timeout=30), 200)


@dataclass(frozen=True)
class Played:
    """What was done. `payment`: the reference of the attempt that counts, if there is one. `webhooks`: as the gateway should have sent
    them, each `lost` or `delivered`; None where that is all the same.
    """

    booking: dict[str, Any]
    payment: str = ""
    webhooks: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Kind:
    """`share`: of twenty bookings. `ends`: the booking's status and payment status when all is done."""

    name: str
    share: int
    ends: tuple[str, str]
    act: Callable[[Table], Played]


def _by_card(table: Table) -> Played:
    booking = table.held()
    payment = table.guest.start_payment(booking["id"])
    pay(payment)
    return Played(booking, payment["reference"])


def _at_the_hotel(table: Table) -> Played:
    return Played(table.market.book(table.guest, "pay_at_hotel", table.chance))


def _cancelled(table: Table) -> Played:
    booking = table.held()
    _cancel(table, booking)
    return Played(booking)


def _left(table: Table) -> Played:
    """Nobody waits for its end here: the sweep lets it go when its time is over."""
    booking = table.held()
    table.guest.start_payment(booking["id"])
    return Played(booking)


def _declined_first(table: Table) -> Played:
    booking = table.held()
    payment = table.guest.start_payment(booking["id"])
    declined = table.control("pay", {"reference": payment["reference"], "card": DECLINED_CARD})
    expect(declined["status"] == "failed", f"the card that is declined was {declined['status']}")
    pay(payment)
    return Played(booking, payment["reference"])


def _told_twice(table: Table) -> Played:
    return _with_webhook(table, "twice", ("delivered", "delivered"))


def _told_by_browser(table: Table) -> Played:
    return _with_webhook(table, "lost", ("lost",))


def _with_webhook(table: Table, word: str, webhooks: tuple[str, ...]) -> Played:
    booking = table.held()
    payment = table.guest.start_payment(booking["id"])
    _switch(table, payment["reference"], word)
    pay(payment)
    return Played(booking, payment["reference"], webhooks)


def _told_by_nobody(table: Table) -> Played:
    """The webhook is lost and the browser is closed: only our own look finds the money."""
    booking = table.held()
    reference = table.guest.start_payment(booking["id"])["reference"]
    _switch(table, reference, "lost")
    table.control("pay", {"reference": reference})
    return Played(booking, reference, ("lost",))


def _too_late(table: Table) -> Played:
    booking = table.held()
    payment = table.guest.start_payment(booking["id"])
    _cancel(table, booking)
    pay(payment)
    return Played(booking, payment["reference"])


def _cancel(table: Table, booking: dict[str, Any]) -> None:
    expect_status(table.guest.post(f"/bookings/{booking['id']}/cancel", {"reason": "Changed plans"}), 200)


def _switch(table: Table, reference: str, word: str) -> None:
    table.control("switches", {"scope": reference, "webhook": word, "times": 1}, put=True)


KINDS = (
    Kind("paid by card", 11, CONFIRMED, _by_card),
    Kind("to be paid at the hotel", 2, ("confirmed", "unpaid"), _at_the_hotel),
    Kind("cancelled while held", 1, ("cancelled", "unpaid"), _cancelled),
    Kind("left at the checkout; the hold lapses later", 1, ("pending_payment", "unpaid"), _left),
    Kind("one card declined, the next one paid", 1, CONFIRMED, _declined_first),
    Kind("paid, and the webhook came twice", 1, CONFIRMED, _told_twice),
    Kind("paid, the webhook lost, the browser came back", 1, CONFIRMED, _told_by_browser),
    Kind("paid, the webhook lost, the browser closed", 1, CONFIRMED, _told_by_nobody),
    Kind("cancelled at the checkout and paid all the same", 1, ("cancelled", "refunded"), _too_late),
)


def dealt(count: int, chance: Random) -> Iterator[Kind]:
    """So many kinds, shuffled twenty by twenty, so that any twenty hold every kind."""
    deck = [kind for kind in KINDS for _ in range(kind.share)]
    for place in range(count):
        if place % len(deck) == 0:
            chance.shuffle(deck)
        yield deck[place % len(deck)]
