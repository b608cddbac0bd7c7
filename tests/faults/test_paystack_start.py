"""Case 30: the gateway fails when a payment is started. The guest is answered, gets his link later, and is charged once."""

from contextlib import closing
from typing import Any

import pytest

from demo.story.people import Person, Socket
from demo.story.stage import expect_status, until
from tests.faults.running import Running, Stay
from tests.faults.vendor import Vendor, hurry, paid_at_gateway, payments_of

pytestmark = pytest.mark.timeout(240)

ACCEPTED = 202


def test_case_30_an_error_at_initialize_is_answered_202_and_the_link_follows(running: Running) -> None:
    stay, vendor = running.book(), Vendor(running)
    with closing(Socket(stay.guest)) as phone:
        vendor.misbehave(initialize="500", times=1)
        lost = start_in_vain(stay)
        hurry(running, "payments.start")
        fresh = phone.wait("payment_ready", booking_id=stay.id)["reference"]
    assert [vendor.calls(endpoint, lost) for endpoint in ("initialize", "verify")] == [1, 1]
    assert vendor.calls("initialize", fresh) == 1
    assert_paid_once(running, stay, lost, fresh)


@pytest.mark.slow
def test_case_30_an_initialize_that_was_done_and_never_answered_is_no_second_charge(running: Running) -> None:
    stay, vendor = running.book(), Vendor(running)
    vendor.misbehave(initialize="hang_after_commit:9", times=1)
    lost = start_in_vain(stay)
    (known,) = running.at_gateway("transactions", reference=lost)
    assert known["status"] == "abandoned"
    hurry(running, "payments.start")
    fresh = link_of(stay)["reference"]
    assert_paid_once(running, stay, lost, fresh)
    assert vendor.calls("initialize", lost) == 1


@pytest.mark.slow
def test_case_30_a_lost_link_that_is_paid_all_the_same_needs_no_other(running: Running) -> None:
    stay, vendor = running.book(), Vendor(running)
    vendor.misbehave(initialize="hang_after_commit:9", times=1)
    lost = start_in_vain(stay)
    running.pay_unheard(Stay(stay.guest, stay.booking, lost))
    hurry(running, "payments.start")
    until("a confirmed booking", lambda: running.status(stay) == "confirmed")
    assert [payment["status"] for payment in payments_of(running, stay)] == ["success"]


def start_in_vain(stay: Stay) -> str:
    """The reference of an attempt that has no link yet."""
    told = expect_status(stay.guest.post(f"/bookings/{stay.id}/payments"), ACCEPTED)
    assert (told["status"], told["authorization_url"]) == ("queued", None)
    return str(told["reference"])


def link_of(stay: Stay) -> dict[str, Any]:
    """The open attempt, when it can be paid."""
    return until("the link", lambda: with_link(stay.guest, stay.id))


def with_link(guest: Person, booking_id: str) -> dict[str, Any] | None:
    payment: dict[str, Any] = guest.post(f"/bookings/{booking_id}/payments").json()
    return payment if payment["authorization_url"] else None


def assert_paid_once(running: Running, stay: Stay, lost: str, fresh: str) -> None:
    """He pays the link that he got: two attempts are known, one has money."""
    running.pay(Stay(stay.guest, stay.booking, fresh))
    until("a confirmed booking", lambda: running.status(stay) == "confirmed")
    known = [(payment["reference"], payment["status"]) for payment in payments_of(running, stay)]
    assert known == [(lost, "abandoned"), (fresh, "success")]
    assert paid_at_gateway(running, stay) == [fresh]
