"""Case 17: Redis loses everything while much is under way. All of it is done from the database."""

import pytest

from demo.story.stage import until
from tests.faults.outcome import assert_confirmed_once
from tests.faults.running import Running, Stay

pytestmark = pytest.mark.timeout(240)

WORKERS = ("worker-critical", "worker-bulk", "worker-ticks")
EXPIRED = """
SELECT b.status, b.payment_status, (SELECT count(*) FROM booking_history WHERE booking_id = b.id AND to_status = 'expired') AS times
FROM bookings b WHERE id = %s
"""


def test_case_17_redis_is_wiped_with_holds_payments_and_mails_under_way(running: Running) -> None:
    with running.screen() as screen:
        waiting = [running.book() for _ in range(3)]
        paying = [running.book_and_start() for _ in range(3)]
        with running.frozen(*WORKERS):
            for stay in paying:
                running.pay(stay)
            at_hotel = [running.book(plan="pay_at_hotel") for _ in range(2)]
            wipe_what_is_queued(running)
            assert_nothing_is_done(running, waiting, paying, at_hotel)
            for stay in waiting:
                running.lapse(stay, 1)
        running.back("redis", set())
        until("the holds to expire", lambda: all(running.status(stay) == "expired" for stay in waiting))
        until("the payments to count", lambda: all(running.status(stay) == "confirmed" for stay in paying))
        running.come_to_rest()
        for stay in paying:
            assert_confirmed_once(running, screen, stay)
    for stay in waiting:
        assert running.row(EXPIRED, stay.id) == {"status": "expired", "payment_status": "unpaid", "times": 1}
    for stay in at_hotel:
        assert [len(running.mails(to, stay)) for to in (stay.email, running.hotel_row["email"])] == [1, 1]


def wipe_what_is_queued(running: Running) -> None:
    """Orders of all three kinds of work lie in Redis, and are gone. Frozen workers may have been handed one each."""
    until("orders in each queue", lambda: all(running.queued(queue) > 0 for queue in ("critical", "bulk", "ticks")))
    running.system.redis.wipe()
    running.kill("redis")


def assert_nothing_is_done(running: Running, waiting: list[Stay], paying: list[Stay], at_hotel: list[Stay]) -> None:
    assert [running.status(stay) for stay in waiting + paying] == ["pending_payment"] * 6
    assert [running.mails(stay.email, stay) for stay in at_hotel] == [[], []]
