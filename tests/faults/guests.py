"""Guests of the recorded history: each books, pays, cancels and changes his mind, again and again, as his dice say."""

import random
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import psycopg
import requests

from demo.story.people import Person
from demo.story.world import Plan
from tests.faults.history import Answer, Asker, History, Outcome
from tests.faults.running import Running, Stay

FIRST_DAY = 300
DAYS = 4
MOST_NIGHTS = 3
WEBHOOKS = ("normal", "normal", "lost", "twice", "late:2", "out_of_order", "before_answer")
LINK_PATIENCE_SECONDS = 15.0
MOST_LOOKS = 3

Way = Callable[["Guest", Stay], None]


class Guest:
    """Everything he asks is recorded; what he pays is in the gateway's own books."""

    def __init__(self, running: Running, history: History, seed: int) -> None:
        self.running = running
        self.dice = random.Random(seed)
        self.person = Person.registered(running.stage, f"Guest{seed % 1000}")
        self.ask = Asker(self.person.email, history)

    def live(self, over: threading.Event) -> None:
        """One stay after the other, until it is over."""
        while not over.is_set():
            stay = self.book()
            if stay is not None:
                self.dice.choice(WAYS)(self, stay)
                self.look(stay)
            time.sleep(self.dice.uniform(0.05, 0.5))

    # --- what he asks --------------------------------------------------------------------------------------------------

    def book(self) -> Stay | None:
        """Some nights that others want as well. None when he was refused, or never learnt what became of it."""
        request = self._request()
        query = {name: request[name] for name in ("check_in", "check_out")} | {"adults": 2}
        self.ask.once("offers", "", lambda: self.person.get(f"/hotels/{self.running.hotel.id}/offers", **query))
        got = self.ask.surely("book", "", lambda key: self.person.post("/bookings", request, key))
        return Stay(self.person, got.body) if got.outcome is Outcome.OK else None

    def _request(self) -> dict[str, Any]:
        hotel = self.running.hotel
        plan: Plan = self.dice.choice([hotel.pay_now, hotel.pay_now, hotel.pay_now, hotel.pay_at_hotel])[self._type()]
        start, nights = FIRST_DAY + self.dice.randrange(DAYS), self.dice.randint(1, MOST_NIGHTS)
        request = hotel.request(plan, start=start, nights=nights)
        request["guest"]["email"] = self.person.email
        return request

    def _type(self) -> str:
        return self.dice.choice(["Deluxe", "Deluxe", "Executive", "Suite"])

    def look(self, stay: Stay) -> None:
        for _ in range(self.dice.randint(1, MOST_LOOKS)):
            self.ask.once("read", stay.id, lambda: self.person.get(f"/bookings/{stay.id}"))
            time.sleep(self.dice.uniform(0, 0.5))

    def start(self, stay: Stay) -> str | None:
        """The reference of an attempt that can be paid; None when there is none to be had."""
        path = f"/bookings/{stay.id}/payments"
        ends = time.monotonic() + LINK_PATIENCE_SECONDS
        while time.monotonic() < ends:
            got = self.ask.surely("start", stay.id, lambda key: self.person.post(path, {}, key))
            if got.outcome is not Outcome.OK:
                return None
            if got.body["authorization_url"]:
                return str(got.body["reference"])
            time.sleep(1)
        return None

    def pay(self, stay: Stay, reference: str | None, card: str = "success") -> None:
        """At the gateway; how its webhooks come is drawn too."""
        if reference is None:
            return
        vendor = f"{self.running.stage.sandbox}/_control"
        course = {"scope": reference, "webhook": self.dice.choice(WEBHOOKS)}
        self.ask.once("steer", reference, lambda: requests.put(f"{vendor}/switches", json=course, timeout=10))
        order = {"reference": reference, "card": card}
        self.ask.once("pay", stay.id, lambda: requests.post(f"{vendor}/pay", json=order, timeout=30))
        if self.dice.random() < 0.5:
            query = {"reference": reference}
            headers = {"Accept": "application/json"}
            page = f"{self.running.stage.api}/payments/return"
            self.ask.once("return", stay.id, lambda: requests.get(page, query, headers=headers, timeout=30))

    def cancel(self, stay: Stay) -> Answer:
        wish = {"reason": "Changed my mind"}
        return self.ask.surely(
            "cancel", stay.id, lambda key: self.person.post(f"/bookings/{stay.id}/cancel", wish, key)
        )

    # --- what he does with a stay ----------------------------------------------------------------------------------------

    def pays(self, stay: Stay) -> None:
        self.pay(stay, self.start(stay))

    def leaves(self, stay: Stay) -> None:
        self._time_passes(stay)

    def cancels(self, stay: Stay) -> None:
        self.cancel(stay)

    def pays_and_cancels(self, stay: Stay) -> None:
        """At once, from two windows."""
        reference = self.start(stay)
        other = threading.Thread(target=self.cancel, args=[stay])
        other.start()
        self.pay(stay, reference)
        other.join()

    def cancels_and_pays(self, stay: Stay) -> None:
        reference = self.start(stay)
        self.cancel(stay)
        self.pay(stay, reference)

    def pays_too_late(self, stay: Stay) -> None:
        """His rooms may be somebody else's by then."""
        reference = self.start(stay)
        self._time_passes(stay)
        time.sleep(self.dice.uniform(0, 6))
        self.pay(stay, reference)

    def pays_twice(self, stay: Stay) -> None:
        """A declined card, a second attempt, and both links are paid in the end."""
        first = self.start(stay)
        self.pay(stay, first, "declined")
        if first is not None:
            self.ask.once("verify", stay.id, lambda: self.person.post(f"/payments/{first}/verify"))
            time.sleep(self.dice.uniform(0.5, 2))
        for reference in {first: None, self.start(stay): None}:
            self.pay(stay, reference)

    def _time_passes(self, stay: Stay) -> None:
        """His hold ends now, behind everybody's back; not while the database is away."""
        if stay.booking["status"] == "pending_payment":
            with suppress(psycopg.Error):
                self.running.lapse(stay, 0.2)


WAYS: tuple[Way, ...] = (
    Guest.pays,
    Guest.pays,
    Guest.pays,
    Guest.leaves,
    Guest.cancels,
    Guest.pays_and_cancels,
    Guest.cancels_and_pays,
    Guest.pays_too_late,
    Guest.pays_twice,
)
