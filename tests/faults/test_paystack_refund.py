"""Case 42: whoever sends a refund dies over the POST. The gateway is looked at first, and the money leaves once."""

import pytest

from demo.story.stage import expect_status, until
from tests.faults.running import Running, Stay
from tests.faults.vendor import Vendor, hurry

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

AN_HOUR_AGO = "UPDATE refunds SET requested_at = requested_at - interval '1 hour' WHERE booking_id = %s"


@pytest.mark.parametrize(
    ("fault", "posts"), [("hang_after_commit:30", 1), ("hang:30", 2)], ids=["it was made", "it was not"]
)
def test_case_42_the_worker_dies_over_the_post(running: Running, fault: str, posts: int) -> None:
    vendor, stay = Vendor(running), cancelled_after_the_start(running)
    vendor.misbehave(scope=stay.payment, refund=fault, times=1)
    running.pay(stay)
    until("the POST", lambda: vendor.calls("refund", stay.payment) == 1)
    until("its effect", lambda: len(running.at_gateway("refunds", reference=stay.payment)) == 2 - posts)
    died = running.kill("worker-critical")
    assert running.value("SELECT status FROM refunds WHERE booking_id = %s", stay.id) == "requested"
    running.back("worker-critical", died)
    running.look.execute(AN_HOUR_AGO, [stay.id])
    hurry(running, "payments.refund")
    until("the money to be back", lambda: stay.guest.booking(stay.id)["payment_status"] == "refunded", 60)
    (refund,) = running.at_gateway("refunds", reference=stay.payment)
    assert (refund["status"], refund["amount"]) == ("processed", stay.booking["total_amount"])
    assert vendor.calls("refund", stay.payment) == posts
    assert vendor.calls("list_refunds", stay.payment) + vendor.calls("list_refunds", "") >= 1
    assert running.value("SELECT count(*) FROM refunds WHERE booking_id = %s", stay.id) == 1


def cancelled_after_the_start(running: Running) -> Stay:
    """His money is still to come, and will have to go back."""
    stay = running.book_and_start()
    expect_status(stay.guest.post(f"/bookings/{stay.id}/cancel", {"reason": "Changed my mind"}), 200)
    return stay
