"""Bookings as guests make them, brought to every state and left there, some of them half-way."""

from collections.abc import Callable

from app.bookings.service import expire
from app.payments.service import verify
from tests import factories
from tests.api import Api, new_key
from tests.payments.going_back import follow_up
from tests.payments.stage import Stage, rows, run
from tests.payments.till import Till, eventually

Jobs = Callable[[], int]

STATES = """
SELECT (SELECT jsonb_object_agg(status, n) FROM (SELECT status, count(*) AS n FROM bookings GROUP BY status) AS b) AS bookings,
       (SELECT jsonb_object_agg(status, n) FROM (SELECT status, count(*) AS n FROM payments GROUP BY status) AS p) AS payments,
       (SELECT jsonb_object_agg(status, n) FROM (SELECT status, count(*) AS n FROM refunds GROUP BY status) AS r) AS refunds
"""


def build(api: Api, till: Till, run_jobs: Jobs) -> None:
    """Two held bookings, one at the checkout, one whose card was declined; paid, paid twice, paid at the hotel; expired, cancelled,
    refunded, and two whose refund or confirmation is under way.
    """
    Stage(api)
    _expire(Stage(api))
    _cancel(Stage(api))
    Stage(api).started()
    _pay(Stage(api), till, "declined")
    _pay(Stage(api), till)
    _pay_twice(Stage(api), till)
    run_jobs()
    _go_back(Stage(api), till, run_jobs)
    _be_going_back(Stage(api), till, run_jobs)
    _be_paying(Stage(api), till)
    _book_for_the_desk(Stage(api))


def _expire(stage: Stage) -> None:
    stage.lapse()
    assert expire.sweep() == 1


def _cancel(stage: Stage) -> None:
    assert stage.guest.post(f"/bookings/{stage.booking_id}/cancel", {}, key=new_key()).status_code == 200


def _pay(stage: Stage, till: Till, card: str = "success") -> str:
    reference = stage.started()
    till.pay(reference, card)
    stage.check(reference)
    return reference


def _pay_twice(stage: Stage, till: Till) -> None:
    """The first link was given up and is paid all the same."""
    first = stage.started()
    run("UPDATE payments SET status = 'abandoned' WHERE reference = :reference", reference=first)
    _pay(stage, till)
    till.pay(first)
    stage.check(first)


def _go_back(stage: Stage, till: Till, run_jobs: Jobs) -> None:
    """Money for a cancelled booking, back with its guest."""
    reference = _pay_when_cancelled(stage, till, run_jobs)
    eventually(lambda: [one["status"] for one in till.refunds(reference)] == ["processed"])
    follow_up(run_jobs)
    assert stage.payment["status"] == "reversed"


def _be_going_back(stage: Stage, till: Till, run_jobs: Jobs) -> None:
    """The same, while the bank is at it."""
    till.switch(refund_path="stuck_pending")
    _pay_when_cancelled(stage, till, run_jobs)
    till.clear()


def _pay_when_cancelled(stage: Stage, till: Till, run_jobs: Jobs) -> str:
    reference = stage.started()
    _cancel(stage)
    till.pay(reference)
    stage.check(reference)
    run_jobs()
    return reference


def _be_paying(stage: Stage, till: Till) -> None:
    """The money is in, and its booking does not know of it yet."""
    reference = stage.started()
    till.pay(reference)
    verify.verify(stage.payment["id"])
    assert (stage.payment["status"], stage.payment["applied_at"]) == ("success", None)


def _book_for_the_desk(stage: Stage) -> None:
    """Paid at the hotel; its mails wait."""
    request = factories.booking_request(stage.hotel, start=40)
    request["rooms"][0]["rate_plan_id"] = str(stage.hotel.only.pay_at_hotel)
    assert stage.guest.post("/bookings", request, key=new_key()).json["status"] == "confirmed"
    assert rows("outgoing_emails", "sent_at IS NULL") != []
