"""Cases 25 and 76 in small, and all others at once: guests live their lives while a nemesis breaks everything, and every promise is kept.

The seed decides what the nemesis breaks and what each guest wants; `HISTORY_SEED` repeats a run, as far as threads can be repeated.
"""

import os
import random
import threading
from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import requests

from demo.story.stage import until
from runner.processes import WITHOUT_FLOWER
from tests.faults.guests import Guest
from tests.faults.history import History, Outcome
from tests.faults.nemesis import Nemesis
from tests.faults.running import Running
from tests.faults.vendor import logged

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

SEED = int(os.environ.get("HISTORY_SEED", "20261122"))
DEEDS = int(os.environ.get("HISTORY_DEEDS", "18"))
GUESTS = 10
LIFE_SECONDS = 120.0
READY_SECONDS = 180.0
REST_SECONDS = 180.0

MADE = "SELECT key, resource_id::text AS made FROM idempotency_keys WHERE route LIKE %s AND key = ANY(%s)"
OF_GUESTS = """
SELECT b.id::text AS id, b.status, b.payment_status, b.payment_timing FROM bookings b JOIN users u ON u.id = b.user_id
WHERE u.email = ANY(%s)
"""
REFUNDS = """
SELECT p.reference, sum(r.amount)::bigint AS amount, count(*) AS times FROM refunds r JOIN payments p ON p.id = r.payment_id
GROUP BY p.reference
"""
OPEN_REFUNDS = "SELECT id, status, last_error FROM refunds WHERE status <> 'processed'"
KNOWN_MONEY = "SELECT reference FROM payments WHERE status IN ('success', 'reversed')"
WAITING = "SELECT id FROM bookings WHERE status = 'pending_payment'"
PAYMENTS = "SELECT reference, booking_id::text AS booking_id FROM payments"
SURPRISES = frozenset(
    {
        "request_failed",
        "job_failed",
        "job_dead",
        "tick_failed",
        "round_failed",
        "command_failed",
        "payment_reversed",
        "payment_needs_review",
    }
)
COPIES = "SELECT message_id FROM outgoing_emails WHERE sent_at IS NOT NULL"


def test_whatever_dies_every_promise_is_kept(running: Running) -> None:
    history = History()
    nemesis = Nemesis(running, SEED, history.served)
    seeds = random.Random(SEED)
    guests = [Guest(running, history, seeds.randrange(10**9)) for _ in range(GUESTS)]
    with running.screen() as screen:
        live(guests, nemesis)
        print(f"seed {SEED}: {nemesis.deeds}\n{history.counted()}")  # noqa: T201 - pytest shows it when the test fails
        assert_it_was_a_fight(history, nemesis)
        rest(running)
        last = running.value("SELECT last_seq FROM hotel_counters WHERE hotel_id = %s", running.hotel.id)
        until("the screen to know all", lambda: screen.missed(last) == [])
    running.assert_whole()
    assert_nothing_surprised_us(running)
    Books(running, history, guests).hold()


def live(guests: list[Guest], nemesis: Nemesis) -> None:
    """Guests in threads of their own; the nemesis here, where the servers were started."""
    over = threading.Event()
    lives = [threading.Thread(target=guest.live, args=[over], daemon=True) for guest in guests]
    for life in lives:
        life.start()
    try:
        nemesis.rage(DEEDS)
    finally:
        over.set()
        nemesis.mend_vendor()
    nemesis.running.system.wait_ready(READY_SECONDS)
    for life in lives:
        life.join(LIFE_SECONDS)
    assert not any(life.is_alive() for life in lives)


def assert_it_was_a_fight(history: History, nemesis: Nemesis) -> None:
    """Each kind of fault happened; some bookings worked, some were refused, some answers never came."""
    assert {deed.split()[0] for deed in nemesis.deeds} == {"kill", "freeze", "wipe", "restart", "vendor"}
    assert set(Outcome) == {answer.outcome for answer in history.of("book")}
    assert history.of("pay")


def rest(running: Running) -> None:
    """Holds that nobody pays end, and the money that goes back arrives."""
    ends = "clock_timestamp()"
    running.look.execute(
        f"WITH b AS (UPDATE bookings SET hold_expires_at = {ends}, release_at = {ends} WHERE status = 'pending_payment' RETURNING id)"
        f" UPDATE allocations SET hold_expires_at = {ends} FROM b JOIN booking_rooms r ON r.booking_id = b.id WHERE booking_room_id = r.id"
    )
    running.look.execute("UPDATE payments SET next_check_at = clock_timestamp() WHERE next_check_at IS NOT NULL")
    patiently("no hold", partial(is_empty, running, WAITING))
    patiently("all money to be known", lambda: unknown_money(running) == set())
    running.come_to_rest(REST_SECONDS)
    patiently("all money to be back", partial(is_empty, running, OPEN_REFUNDS))
    running.come_to_rest(REST_SECONDS)


def patiently(what: str, look: Callable[[], bool]) -> None:
    until(what, look, REST_SECONDS)


def unknown_money(running: Running) -> set[str]:
    """References under which the gateway has money that we have not heard of."""
    ours = {row["reference"] for row in running.look.execute(KNOWN_MONEY)}
    return {one["reference"] for one in taken_at_gateway(running)} - ours


def taken_at_gateway(running: Running) -> list[dict[str, Any]]:
    taken = running.at_gateway("transactions")
    return [one for one in taken if one["status"] in ("success", "reversed")]


def assert_nothing_surprised_us(running: Running) -> None:
    """A fault is answered 503, put off or tried again: whatever else broke is a bug. No false alarm about money was raised either."""
    surprises = [
        line for program in WITHOUT_FLOWER for line in logged(running, program) if line.get("event") in SURPRISES
    ]
    assert surprises == []


def is_empty(running: Running, statement: str) -> bool:
    return running.look.execute(statement).fetchone() is None


class Books:
    """What the guests were told, held against the database and the gateway."""

    def __init__(self, running: Running, history: History, guests: list[Guest]) -> None:
        self.running, self.history = running, history
        emails = [guest.person.email for guest in guests]
        rows = running.look.execute(OF_GUESTS, [emails]).fetchall()
        self.bookings = {row["id"]: row for row in rows}
        self.booked = history.last_words("book")

    def hold(self) -> None:
        self.what_was_promised_is_there_and_what_was_refused_is_not()
        self.what_was_cancelled_stays_cancelled()
        self.what_was_read_as_final_is_final()
        self.who_paid_has_a_booking_or_his_money()
        self.the_gateway_gave_back_what_we_know_of()
        self.copies_of_a_mail_are_known_as_copies()

    def what_was_promised_is_there_and_what_was_refused_is_not(self) -> None:
        """One booking a key at most, the same for each `ok`; none for a key that was refused."""
        keys = [answer.key for answer in self.booked]
        made = {row["key"]: row["made"] for row in self.running.look.execute(MADE, ["bookings.create%", keys])}
        promised = {answer.key: answer.body["id"] for answer in self.booked if answer.outcome is Outcome.OK}
        refused = {answer.key for answer in self.booked if answer.outcome is Outcome.FAIL}
        assert {key: made.get(key) for key in promised} == promised
        assert refused & set(made) == set()
        assert sorted(made.values()) == sorted(self.bookings)

    def what_was_cancelled_stays_cancelled(self) -> None:
        for answer in self.history.last_words("cancel"):
            if answer.outcome is Outcome.OK:
                assert self.bookings[answer.about]["status"] == "cancelled", answer

    def what_was_read_as_final_is_final(self) -> None:
        """A confirmation that a guest has seen is not taken back, but by himself."""
        given_up = {answer.about for answer in self.history.of("cancel")}
        for answer in self.history.of("read"):
            now, seen = self.bookings[answer.about], answer.body.get("status")
            if seen == "cancelled" or (seen == "confirmed" and answer.about not in given_up):
                assert now["status"] == seen, answer

    def who_paid_has_a_booking_or_his_money(self) -> None:
        """Each success at the gateway pays one confirmed booking, or all of it went back."""
        owners = {row["reference"]: row["booking_id"] for row in self.running.look.execute(PAYMENTS)}
        back = self._given_back()
        paid = Counter[str]()
        for taken in taken_at_gateway(self.running):
            booking_id = owners[taken["reference"]]
            if booking_id in self.bookings and not back.get(taken["reference"]):
                assert self.bookings[booking_id]["status"] == "confirmed", taken
                paid[booking_id] += 1
            assert back.get(taken["reference"], taken["amount"]) == taken["amount"]
        confirmed = [one for one in self.bookings.values() if one["status"] == "confirmed"]
        assert paid == Counter(one["id"] for one in confirmed if one["payment_timing"] == "pay_now")

    def _given_back(self) -> Counter[str]:
        """Kobo by reference, by the gateway's books."""
        back = Counter[str]()
        for refund in self.running.at_gateway("refunds"):
            assert refund["status"] == "processed", refund
            back[refund["reference"]] += refund["amount"]
        return back

    def the_gateway_gave_back_what_we_know_of(self) -> None:
        ours = {row["reference"]: row["amount"] for row in self.running.look.execute(REFUNDS)}
        assert ours == dict(self._given_back())

    def copies_of_a_mail_are_known_as_copies(self) -> None:
        """Whoever dies after the mail server's word sends again, under the same Message-ID."""
        kept = requests.get(f"{self.running.stage.sandbox}/_control/mail", timeout=60).json()
        known = {row["message_id"] for row in self.running.look.execute(COPIES)}
        assert {mail["message_id"] for mail in kept} == known
