"""Case 24: two schedulers order everything twice; it happens once."""

import signal
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from demo.story.people import Person, Socket
from demo.story.stage import expect_status, until
from runner.children import end, launch
from runner.paths import ROOT
from tests.faults.outcome import assert_confirmed_once
from tests.faults.running import Running, Stay

pytestmark = pytest.mark.timeout(240)

MAILS = "SELECT kind FROM outgoing_emails m JOIN refunds r ON r.id = m.cause_id WHERE r.booking_id = %s ORDER BY kind"


@contextmanager
def second_beat(running: Running, folder: Path) -> Iterator[None]:
    """Ticks beside the system's own one; gone afterwards."""
    options = ["-s", str(folder / "schedule"), "--pidfile="]
    command = [sys.executable, "-m", "celery", "-A", "workers.celery_app", "beat", *options]
    log = folder / "beat.log"
    beat = launch(command, log=log, env=running.system.environment() | {"PROCESS": "beat"}, cwd=ROOT)
    try:
        until("the second beat to tick", lambda: "Sending due task holds.expire" in log.read_text())
        yield
        assert beat.poll() is None
    finally:
        end(beat, signal.SIGTERM, patience=5)


def test_case_24_two_beats_warn_expire_refund_and_mail_once(running: Running, tmp_path: Path) -> None:
    guest = Person.registered(running.stage)
    with running.screen() as screen, closing(Socket(guest)) as phone, second_beat(running, tmp_path):
        left, paid, late = running.book(guest), running.book_and_start(guest), running.book_and_start(guest)
        expect_status(guest.post(f"/bookings/{late.id}/cancel", {"reason": "Changed my mind"}), 200)
        for stay in (paid, late):
            running.pay_unheard(stay)
        running.lapse(left, 3)
        until("the money to be back", lambda: guest.booking(late.id)["payment_status"] == "refunded")
        until("the hold to expire", lambda: running.status(left) == "expired")
        until("the booking to be confirmed", lambda: running.status(paid) == "confirmed")
        running.come_to_rest()
        assert_confirmed_once(running, screen, paid)
        assert_told_once(phone, left)
    assert_refunded_once(running, late)


def assert_told_once(phone: Socket, left: Stay) -> None:
    until("the phone to know", lambda: phone.all("lock_expired", booking_id=left.id))
    assert [len(phone.all(name, booking_id=left.id)) for name in ("lock_expiring", "lock_expired")] == [1, 1]


def assert_refunded_once(running: Running, late: Stay) -> None:
    (refund,) = running.at_gateway("refunds", reference=late.payment)
    assert (refund["status"], refund["amount"]) == ("processed", late.booking["total_amount"])
    assert running.value("SELECT count(*) FROM refunds WHERE booking_id = %s", late.id) == 1
    kinds = [row["kind"] for row in running.look.execute(MAILS, [late.id]).fetchall()]
    assert kinds == ["refund_due", "refund_processed"]
    assert len(running.mails(late.email, late)) == len(kinds)
