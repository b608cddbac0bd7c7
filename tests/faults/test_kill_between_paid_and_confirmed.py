"""SIGKILL for each process in turn while a guest's money is on its way to his booking, on the real processes of a whole system.

Where a process dies is decided in the database (`gates`): before the gateway's "success" is recorded, between that commit and the one
that confirms, and while a webhook is being kept. Each time one booking is confirmed, each mail and each event comes once.
"""

import pytest

from demo.story.stage import until
from tests.faults.gates import ClosedGate, Gate, closed
from tests.faults.outcome import assert_confirmed_once
from tests.faults.running import Running, Stay

pytestmark = pytest.mark.timeout(240)

VICTIMS = ("web", "realtime", "relay", "worker-critical", "worker-bulk", "worker-ticks", "beat", "redis")
# A job whose worker died runs again two seconds after its hard limit: 10 s for the check of a payment, 20 s for a confirmation.
PATIENCE = {Gate.WEBHOOK: 30, Gate.SETTLE: 10 + 2 + 18, Gate.CONFIRM: 20 + 2 + 18}


@pytest.mark.parametrize("victim", VICTIMS)
def test_killed_before_the_gateways_word_is_recorded(running: Running, victim: str) -> None:
    kill_inside(running, victim, Gate.SETTLE)


@pytest.mark.parametrize("victim", VICTIMS)
def test_killed_between_settle_and_confirm(running: Running, victim: str) -> None:
    kill_inside(running, victim, Gate.CONFIRM)


def test_web_is_killed_while_it_keeps_a_webhook(running: Running) -> None:
    stay = kill_inside(running, "web", Gate.WEBHOOK)
    (told,) = until("the webhook to be delivered", lambda: _delivered(running, stay))
    answers = [attempt["status"] for attempt in told["attempts"]]
    assert (answers[0], answers[-1]) == (None, 200)
    kept = "SELECT count(*) FROM gateway_events WHERE reference = %s AND event = 'charge.success'"
    assert running.value(kept, stay.payment) == 1


def _delivered(running: Running, stay: Stay) -> list[dict[str, list[dict[str, int | None]]]]:
    return [one for one in running.at_gateway("deliveries", reference=stay.payment) if one["state"] == "delivered"]


def kill_inside(running: Running, victim: str, gate: Gate) -> Stay:
    """A guest pays, the victim dies with the payment before the gate, all comes to rest, and all is as if nothing had been."""
    with running.screen() as screen:
        stay = running.book_and_start()
        with closed(gate, running.look) as window:
            running.pay(stay)
            window.wait_for_one()
            died = running.kill(victim)
            assert_inside(running, stay, window)
        running.back(victim, died)
        until("a confirmed booking", lambda: stay.guest.booking(stay.id)["status"] == "confirmed", PATIENCE[gate])
        running.come_to_rest(PATIENCE[gate])
        assert_confirmed_once(running, screen, stay)
    return stay


def assert_inside(running: Running, stay: Stay, window: ClosedGate) -> None:
    """The gateway has the money and the booking does not know it; somebody still stands before the gate."""
    (taken,) = running.at_gateway("transactions", reference=stay.payment)
    found = running.row(
        "SELECT b.status, p.status AS payment, p.applied_at FROM bookings b JOIN payments p ON p.booking_id = b.id"
        " WHERE b.id = %s",
        stay.id,
    )
    recorded = "success" if window.gate is Gate.CONFIRM else "initialized"
    assert (taken["status"], found["payment"], found["applied_at"]) == ("success", recorded, None)
    assert found["status"] == "pending_payment"
    assert window.waiting() >= 1
