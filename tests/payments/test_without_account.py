"""Money of a guest without an account: everything goes its way, told by mail and polling; no socket is told, for he has none."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app.bookings.service import expire, hold
from app.payments.service import start
from tests.api import Api, new_key
from tests.bookings.ledger_of import one
from tests.payments.going_back import follow_up
from tests.payments.stage import Stage, WithoutAccount, hurry, mails, promised, rows, run, told
from tests.payments.till import Till, eventually

ANOTHER_ROOM = """
INSERT INTO rooms (id, hotel_id, room_type_id, number, floor)
SELECT gen_random_uuid(), hotel_id, room_type_id, '199', 1 FROM rooms
"""

Jobs = Callable[[], int]


@pytest.fixture
def stage(api: Api, till: Till) -> Iterator[WithoutAccount]:
    """Whatever happens to him, nothing is sent to the sockets of nobody."""
    stage = WithoutAccount(api)
    yield stage
    assert stage.booking["user_id"] is None
    assert one("SELECT count(*) FROM outbox WHERE kind = 'event' AND queue NOT LIKE 'hotel:%'") == 0


def paid(stage: Stage, till: Till, run_jobs: Jobs) -> str:
    reference = stage.started()
    till.pay(reference)
    stage.check(reference)
    run_jobs()
    return reference


def received(till: Till, mail: dict[str, Any]) -> str:
    """The text of the mail as its recipient has it."""
    (found,) = [each for each in till.box.world.mail.matching() if each.header("Message-ID") == mail["message_id"]]
    return found.text or ""


def test_paid_is_confirmed_and_mailed_with_the_link(stage: WithoutAccount, till: Till, run_jobs: Jobs) -> None:
    reference = paid(stage, till, run_jobs)
    assert stage.states == ("confirmed", "paid")
    seen = stage.guest.get(f"/payments/{reference}").json
    assert (seen["status"], seen["booking_status"], seen["authorization_url"]) == ("success", "confirmed", None)
    (mail,) = mails("booking_confirmed")
    assert mail["recipient"] == stage.booking["guest_email"]
    assert f"#{stage.token}" in received(till, mail)
    assert mail["text"] == ""  # sent: who reads our tables cannot open the booking
    assert len(mails("booking_confirmed_hotel")) == 1
    assert len(told("new_booking")) == 1


def test_the_gateway_is_told_his_e_mail(stage: WithoutAccount, till: Till) -> None:
    stage.started()
    (asked,) = till.box.world.state.all("SELECT email FROM transactions")
    assert tuple(asked) == (stage.booking["guest_email"],)


def test_an_open_attempt_and_a_replay_are_one_attempt(stage: WithoutAccount, till: Till) -> None:
    key = new_key()
    first, again, other = stage.start(key), stage.start(key), stage.start()
    assert [answer.status_code for answer in (first, again, other)] == [201, 200, 200]
    assert (again.headers["Idempotent-Replayed"], "Idempotent-Replayed" in other.headers) == ("true", False)
    assert len(stage.payments) == 1


def test_a_link_that_is_late_is_found_by_polling(stage: WithoutAccount, till: Till, run_jobs: Jobs) -> None:
    till.switch(initialize="500", times=1)
    answer = stage.start()
    assert (answer.status_code, answer.json["status"]) == (202, "queued")
    hurry("payments.start")
    run_jobs()
    attempt = stage.start()
    assert (attempt.status_code, attempt.json["status"]) == (200, "initialized")
    start.follow_up(stage.payments[-1]["id"])


def test_a_card_that_is_declined_is_seen_by_polling(stage: WithoutAccount, till: Till, run_jobs: Jobs) -> None:
    reference = stage.started()
    till.pay(reference, "declined")
    stage.check(reference)
    run_jobs()
    assert stage.guest.get(f"/payments/{reference}").json["status"] == "failed"


def test_a_hold_that_ends_soon_and_ends(stage: WithoutAccount) -> None:
    run("UPDATE bookings SET hold_expires_at = clock_timestamp() + interval '40 s'")
    assert hold.warn() == 1
    stage.lapse()
    assert expire.sweep() == 1
    assert stage.guest.get(f"/bookings/{stage.booking_id}").json["status"] == "expired"
    assert stage.start().json["code"] == "hold_expired"


def test_a_hold_whose_payment_was_started_ends_when_nobody_paid(
    stage: WithoutAccount, till: Till, run_jobs: Jobs
) -> None:
    stage.started()
    stage.end_hold()
    assert expire.sweep() == 0
    assert promised("bookings.hold_lapsed") == ["bookings.hold_lapsed"]
    run_jobs()
    assert (stage.states, stage.payment["status"]) == (("expired", "unpaid"), "abandoned")


def test_paid_late_and_the_room_is_free(stage: WithoutAccount, till: Till, run_jobs: Jobs) -> None:
    reference = stage.started()
    stage.lapse()
    assert expire.sweep() == 1
    till.pay(reference)
    stage.check(reference)
    run_jobs()
    assert (stage.states, stage.refunds) == (("confirmed", "paid"), [])
    assert f"#{stage.token}" in received(till, *mails("booking_confirmed"))


def test_paid_late_and_another_room_is_had(api: Api, stage: WithoutAccount, till: Till, run_jobs: Jobs) -> None:
    """Somebody took the room, and the ladder finds another."""
    reference = stage.started()
    stage.lapse()
    WithoutAccount(api, stage.hotel)
    from_room = rows("allocations")[0]["room_id"]
    run(ANOTHER_ROOM)
    till.pay(reference)
    stage.check(reference)
    run_jobs()
    assert stage.states == ("confirmed", "paid")
    assert {row["room_id"] for row in rows("allocations")} > {from_room}
    assert f"#{stage.token}" in received(till, *mails("booking_moved"))


def test_paid_late_and_the_room_is_gone(api: Api, stage: WithoutAccount, till: Till, run_jobs: Jobs) -> None:
    reference = stage.started()
    stage.lapse()
    paid(WithoutAccount(api, stage.hotel), till, run_jobs)
    till.pay(reference)
    stage.check(reference)
    run_jobs()
    assert stage.states[0] == "expired"
    (seen,) = stage.guest.get(f"/payments/{reference}/refunds").json["items"]
    assert (seen["amount"], seen["reason"]) == (stage.total, "no_room")
    assert [mail["recipient"] for mail in mails("booking_expired_refund")] == [stage.booking["guest_email"]]


def test_cancelled_and_then_paid_goes_all_back(stage: WithoutAccount, till: Till, run_jobs: Jobs) -> None:
    reference = stage.started()
    assert stage.guest.post(f"/bookings/{stage.booking_id}/cancel", {}, key=new_key()).status_code == 200
    paid_after(stage, till, run_jobs, reference)
    assert stage.states == ("cancelled", "refunded")
    (seen,) = stage.guest.get(f"/payments/{reference}/refunds").json["items"]
    assert (seen["amount"], seen["reason"], seen["status"]) == (stage.total, "booking_cancelled", "processed")
    for kind in ("refund_due", "refund_processed"):
        assert [mail["recipient"] for mail in mails(kind)] == [stage.booking["guest_email"]], kind


def paid_after(stage: Stage, till: Till, run_jobs: Jobs, reference: str) -> None:
    till.pay(reference)
    stage.check(reference)
    run_jobs()
    eventually(lambda: [one["status"] for one in till.refunds(reference)] == ["processed"])
    follow_up(run_jobs)


def test_paid_it_is_cancelled_with_nothing_but_the_token(stage: WithoutAccount, till: Till, run_jobs: Jobs) -> None:
    paid(stage, till, run_jobs)
    shown = stage.guest.get(f"/bookings/{stage.booking_id}/cancellation").json
    assert (shown["penalty_amount"], shown["refund_amount"]) == (0, stage.total)
    answer = stage.guest.post(f"/bookings/{stage.booking_id}/cancel", {"preview_token": shown["token"]}, key=new_key())
    assert (answer.status_code, answer.json["status"]) == (200, "cancelled")
    run_jobs()
    assert stage.states == ("cancelled", "refund_due")
