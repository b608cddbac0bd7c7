"""Cases 31, 38 and 43: nobody tells us that a guest has paid, or the gateway does not answer when we ask."""

import subprocess
import sys
from contextlib import closing

import pytest
import requests

from demo.story.people import Socket
from demo.story.stage import until
from runner.paths import ROOT
from tests.faults.running import Running, Stay
from tests.faults.vendor import Vendor, logged, payments_of, promised

pytestmark = pytest.mark.timeout(240)

RETURN_SECONDS = 30.0
LATER = "UPDATE payments SET next_check_at = clock_timestamp() + interval '1 hour' WHERE reference = %s"
NEVER = "UPDATE payments SET next_check_at = NULL WHERE reference = %s"


@pytest.mark.slow
def test_case_31_a_verify_that_times_out_concludes_nothing(running: Running) -> None:
    stay, vendor = running.book_and_start(), Vendor(running)
    (payment,) = payments_of(running, stay)
    vendor.misbehave(scope=stay.payment, verify="hang:8")
    with closing(Socket(stay.guest)) as phone:
        running.pay(stay)
        until("a verify in vain", lambda: put_off(running, payment["id"]))
        assert [one["status"] for one in payments_of(running, stay)] == ["initialized"]
        assert running.status(stay) == "pending_payment"
        vendor.behave(stay.payment)
        until("a confirmed booking", lambda: running.status(stay) == "confirmed")
        phone.wait("payment_succeeded", booking_id=stay.id)
        assert phone.all("payment_failed") == []
    assert vendor.calls("verify", stay.payment) >= 2


def put_off(running: Running, payment_id: str) -> bool:
    """The check waits for its next run, has cost no attempt and says why."""
    jobs = promised(running, "payments.verify", "payment_id", payment_id)
    waiting = [job for job in jobs if job["run_until"] is None and job["last_error"]]
    assert all(job["attempts"] == 0 for job in waiting)
    return any("paystack did not answer: ReadTimeout" in job["last_error"] for job in waiting)


def test_case_38_without_a_webhook_the_return_of_the_browser_confirms(running: Running) -> None:
    stay = running.book_and_start()
    running.look.execute(LATER, [stay.payment])
    running.pay_unheard(stay)
    assert return_of(running, stay) == "processing"
    until("a confirmed booking", lambda: running.status(stay) == "confirmed", RETURN_SECONDS)
    assert return_of(running, stay) == "confirmed"
    assert_unheard(running, stay)


def test_case_38_without_a_webhook_and_without_a_return_the_next_look_confirms(running: Running) -> None:
    stay = running.book_and_start()
    running.pay_unheard(stay)
    until("a confirmed booking", lambda: running.status(stay) == "confirmed")
    assert_unheard(running, stay)


def return_of(running: Running, stay: Stay) -> str:
    """What the browser that comes back from the checkout is shown."""
    query, headers = {"trxref": stay.payment, "reference": stay.payment}, {"Accept": "application/json"}
    answer = requests.get(f"{running.stage.api}/payments/return", query, headers=headers, timeout=30)
    return str(answer.json()["state"])


def assert_unheard(running: Running, stay: Stay) -> None:
    (told,) = running.at_gateway("deliveries", reference=stay.payment)
    assert (told["state"], told["attempts"]) == ("lost", [])


def test_case_43_the_comparison_finds_money_that_nobody_looks_for(running: Running) -> None:
    waiting, cancelled = running.book_and_start(), running.book_and_start()
    cancelled.guest.post(f"/bookings/{cancelled.id}/cancel", {"reason": "Changed my mind"})
    for stay in (waiting, cancelled):
        running.look.execute(NEVER, [stay.payment])
        running.pay_unheard(stay)
    tick(running, "payments.reconcile")
    until("the booking to be confirmed", lambda: running.status(waiting) == "confirmed")
    until("the money to be back", lambda: cancelled.guest.booking(cancelled.id)["payment_status"] == "refunded")
    (refund,) = running.at_gateway("refunds", reference=cancelled.payment)
    assert (refund["status"], refund["amount"]) == ("processed", cancelled.booking["total_amount"])
    alarms = [line for line in logged(running, "worker-bulk") if line.get("event") == "gateway_and_payment_differ"]
    mine = {stay.payment: "error" for stay in (waiting, cancelled)}
    assert {line["payment"]: line["level"] for line in alarms if line["payment"] in mine} == mine


def tick(running: Running, name: str) -> None:
    """Beat's order, an hour early."""
    command = [sys.executable, "-m", "celery", "-A", "workers.celery_app", "call", name, "--queue", "ticks"]
    subprocess.run(command, check=True, env=running.system.environment(), cwd=ROOT, stdout=subprocess.DEVNULL)
