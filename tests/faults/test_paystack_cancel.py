"""Case 44: a guest cancels at the very moment at which his money arrives. Whichever comes first, he has cancelled in the end, and all of it
goes back, once: his terms ask nothing so long before.
"""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from demo.story.people import Person
from demo.story.stage import until
from tests.faults.gates import Gate, closed
from tests.faults.running import Running, Stay

pytestmark = pytest.mark.timeout(240)

ROUNDS = 20
AT_ONCE = 4
SETTLE_SECONDS = 90.0  # a refund whose webhooks came too early is looked at by the next tick, half a minute later


def test_case_44_cancelled_while_the_webhook_waits_is_refunded_in_full(running: Running) -> None:
    stay = running.book_and_start()
    with closed(Gate.WEBHOOK, running.look) as window:
        running.pay(stay)
        window.wait_for_one()
        assert cancel(stay).status_code == requests.codes.ok
    assert_paid_back(running, stay)
    assert moves(running, stay) == ["cancelled"]


@pytest.mark.parametrize("gate", [Gate.SETTLE, Gate.CONFIRM])
def test_case_44_cancelled_while_the_success_is_written_waits_for_it(running: Running, gate: Gate) -> None:
    """The success has the booking's lock: the cancellation waits for it, or is told to come again."""
    stay = running.book_and_start()
    with closed(gate, running.look) as window:
        running.pay(stay)
        window.wait_for_one()
        assert cancel(stay).status_code == requests.codes.service_unavailable
        assert running.status(stay) == "pending_payment"
    cancel_patiently(stay)
    assert_paid_back(running, stay)
    assert gate is not Gate.CONFIRM or moves(running, stay) == ["confirmed", "cancelled"]


@pytest.mark.slow
def test_case_44_twenty_cancellations_race_their_money(running: Running) -> None:
    guest = Person.registered(running.stage)
    stays = [running.book_and_start(guest) for _ in range(ROUNDS)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(lambda stay: race(running, stay), stays))
    for stay in stays:
        assert_paid_back(running, stay)


def race(running: Running, stay: Stay) -> None:
    """Money and cancellation start together."""
    paying = threading.Thread(target=running.pay, args=[stay])
    paying.start()
    cancel_patiently(stay)
    paying.join()


def cancel(stay: Stay) -> requests.Response:
    return stay.guest.post(f"/bookings/{stay.id}/cancel", {"reason": "Changed my mind"})


def cancel_patiently(stay: Stay) -> None:
    """Again for as long as it is told to come again."""

    def tried() -> bool:
        answer = cancel(stay)
        assert answer.status_code in {requests.codes.ok, requests.codes.service_unavailable}, answer.text
        return bool(answer.status_code == requests.codes.ok)

    until("the cancellation", tried)


def states(stay: Stay) -> tuple[str, str]:
    booking = stay.guest.booking(stay.id)
    return booking["status"], booking["payment_status"]


def moves(running: Running, stay: Stay) -> list[str]:
    """Where the booking went, in order."""
    lines = running.look.execute("SELECT to_status FROM booking_history WHERE booking_id = %s ORDER BY id", [stay.id])
    return [line["to_status"] for line in lines.fetchall() if line["to_status"] != "pending_payment"]


def assert_paid_back(running: Running, stay: Stay) -> None:
    """It is cancelled once, and all of its money went back once."""
    until("the end of it", lambda: states(stay) == ("cancelled", "refunded"), SETTLE_SECONDS)
    (taken,) = running.at_gateway("transactions", reference=stay.payment)
    back = [refund["amount"] for refund in running.at_gateway("refunds", reference=stay.payment)]
    total = stay.booking["total_amount"]
    assert (taken["status"], taken["amount"], back) == ("reversed", total, [total])
    assert moves(running, stay) in (["cancelled"], ["confirmed", "cancelled"])
