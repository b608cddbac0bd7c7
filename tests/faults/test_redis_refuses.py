"""Case 73: Redis answers and takes nothing. Bookings go on, and what is owed waits in PostgreSQL."""

import logging
import time

import pytest

from demo.story.stage import expect_status, until
from demo.story.world import search
from tests.faults.outcome import assert_confirmed_once
from tests.faults.refusals import REFUSALS, Refusal, refusing
from tests.faults.running import Running

pytestmark = pytest.mark.timeout(240)

SECONDS = 6
# A worker that ended at each refusal would be started again and again, at the cost of a processor.
TAKERS = ("relay", "beat", "worker-critical", "worker-bulk", "worker-ticks")

log = logging.getLogger(__name__)


@pytest.mark.slow
@pytest.mark.parametrize("refusal", REFUSALS)
def test_case_73_redis_takes_nothing_while_people_book_and_pay(running: Running, refusal: Refusal) -> None:
    with running.screen() as screen:
        left = running.book()
        pids = {name: running.system.pid(name) for name in TAKERS}
        with refusing(running.system.redis, refusal):
            paid, at_hotel, gone = running.book_and_start(), running.book(plan="pay_at_hotel"), running.book()
            running.pay(paid)
            running.lapse(left, 0)
            expect_status(gone.guest.post(f"/bookings/{gone.id}/cancel", {"reason": "Changed my mind"}), 200)
            assert search(running.stage)["items"]
            time.sleep(SECONDS)
            assert [running.status(one) for one in (paid, gone)] == ["pending_payment", "cancelled"]
            assert {row["name"] for row in running.owed()} >= {"mail.send", "payments.verify"}
            assert {name: running.system.pid(name) for name in TAKERS} == pids
        began = time.monotonic()
        until("the payment to count", lambda: running.status(paid) == "confirmed")
        until("the hold to expire", lambda: running.status(left) == "expired")
        until("the mail", lambda: running.mails(at_hotel.email, at_hotel))
        log.info("%s: all was done %.1f s after it was over", refusal.__name__, time.monotonic() - began)
        running.come_to_rest()
        assert_confirmed_once(running, screen, paid)
        assert [len(running.mails(at_hotel.email, at_hotel)), len(running.mails(left.email, left))] == [1, 0]
