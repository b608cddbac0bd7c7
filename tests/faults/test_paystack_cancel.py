"""Case 44: a guest cancels at the very moment at which his money arrives. One of the two wins, and the money follows."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from demo.story.people import Person
from demo.story.stage import expect_status, until
from tests.faults.gates import Gate, closed
from tests.faults.running import Running, Stay

pytestmark = pytest.mark.timeout(240)

ROUNDS = 20
AT_ONCE = 4
CANCELLED, PAID = 200, 409
SETTLE_SECONDS = 90.0  # a refund whose webhooks came too early is looked at by the next tick, half a minute later
SETTLED = {("confirmed", "paid"): PAID, ("cancelled", "refunded"): CANCELLED}


def test_case_44_cancelled_while_the_webhook_waits_is_refunded_in_full(running: Running) -> None:
    stay = running.book_and_start()
    with closed(Gate.WEBHOOK, running.look) as window:
        running.pay(stay)
        window.wait_for_one()
        assert cancel(stay).status_code == CANCELLED
    assert settled(running, stay) == CANCELLED
    assert_money(running, stay, CANCELLED)


@pytest.mark.parametrize("gate", [Gate.SETTLE, Gate.CONFIRM])
def test_case_44_cancelled_while_the_success_is_written_waits_for_it(running: Running, gate: Gate) -> None:
    """The success has the booking's lock: the cancellation waits for it, or is told to come again."""
    stay = running.book_and_start()
    with closed(gate, running.look) as window:
        running.pay(stay)
        window.wait_for_one()
        assert cancel(stay).status_code == requests.codes.service_unavailable
        assert running.status(stay) == "pending_payment"
    answered = until("a word on the cancellation", lambda: known(cancel(stay)))
    assert settled(running, stay) == answered
    assert_money(running, stay, answered)
    assert gate is not Gate.CONFIRM or answered == PAID


@pytest.mark.slow
def test_case_44_twenty_cancellations_race_their_money(running: Running) -> None:
    guest = Person.registered(running.stage)
    stays = [running.book_and_start(guest) for _ in range(ROUNDS)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(lambda stay: race(running, stay), stays))
    for stay, answered in zip(stays, answers, strict=True):
        assert settled(running, stay) == answered
        assert_money(running, stay, answered)
    assert set(Counter(answers)) <= {CANCELLED, PAID}


def race(running: Running, stay: Stay) -> int:
    """Money and cancellation start together; what the cancellation was answered in the end."""
    paying = threading.Thread(target=running.pay, args=[stay])
    paying.start()
    answered = until("a word on the cancellation", lambda: known(cancel(stay)))
    paying.join()
    return answered


def cancel(stay: Stay) -> requests.Response:
    return stay.guest.post(f"/bookings/{stay.id}/cancel", {"reason": "Changed my mind"})


def known(answer: requests.Response) -> int | None:
    """200 or 409; None for "come again"."""
    if answer.status_code == PAID:
        assert answer.json()["code"] == "booking_is_paid", answer.text
    return answer.status_code if answer.status_code in (CANCELLED, PAID) else None


def settled(running: Running, stay: Stay) -> int:
    """What the guest must have been answered, given how it ended."""
    return until("the end of it", lambda: SETTLED.get(states(stay)), SETTLE_SECONDS)


def states(stay: Stay) -> tuple[str, str]:
    booking = stay.guest.booking(stay.id)
    return booking["status"], booking["payment_status"]


def assert_money(running: Running, stay: Stay, answered: int) -> None:
    """All of it went back, once; or none of it did."""
    (taken,) = running.at_gateway("transactions", reference=stay.payment)
    back = [refund["amount"] for refund in running.at_gateway("refunds", reference=stay.payment)]
    total = stay.booking["total_amount"]
    assert (taken["status"], taken["amount"]) == ("success" if answered == PAID else "reversed", total)
    assert back == ([] if answered == PAID else [total])
    history = "SELECT count(*) FROM booking_history WHERE booking_id = %s AND to_status IN ('confirmed', 'cancelled')"
    assert running.value(history, stay.id) == 1
    expect_status(stay.guest.get(f"/bookings/{stay.id}"), 200)
