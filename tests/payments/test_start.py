"""POST /bookings/{id}/payments and what looks after an attempt without a link."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.payments.service import link
from tests import factories
from tests.api import Api, new_key
from tests.payments.stage import Stage, all_at_once, hurry, promised, rows, run, told
from tests.payments.till import Till

Jobs = Callable[[], int]


def test_a_payment_gets_its_link_and_the_hold_its_time(stage: Stage, till: Till) -> None:
    run(
        "UPDATE bookings SET hold_expires_at = clock_timestamp() + interval '30 s', release_at = clock_timestamp() + interval '30 s'"
    )
    answer = stage.start()
    assert answer.status_code == 201, answer.text
    shown, payment = answer.json, stage.payment
    assert (payment["status"], payment["amount"], payment["part"]) == ("initialized", stage.total, 1)
    assert shown["reference"] == payment["reference"]
    assert payment["reference"].startswith(f"{stage.booking['reference']}-1-")
    assert shown["authorization_url"] == f"{till.box.url}/checkout/{shown['access_code']}"
    assert (shown["amount"], shown["currency"]) == (stage.total, "NGN")
    expires = datetime.fromisoformat(shown["expires_at"])
    assert timedelta(seconds=580) < expires - datetime.now(UTC) <= timedelta(seconds=600)
    assert stage.booking["payment_started_at"] is not None
    (allocation,) = rows("allocations")
    assert allocation["hold_expires_at"] == stage.booking["release_at"] == expires + timedelta(seconds=120)
    assert promised("payments.start") == ["payments.start"]
    (told_gateway,) = till.box.world.state.all("SELECT email, callback_url, amount FROM transactions")
    assert tuple(told_gateway) == (
        stage.booking["guest_email"],
        "http://127.0.0.1:8000/api/v1/payments/return",
        stage.total,
    )


def test_an_open_attempt_is_returned_as_it_is(stage: Stage, till: Till) -> None:
    first, second = stage.start(), stage.start()
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json == second.json
    assert (len(stage.payments), till.calls("initialize")) == (1, 1)


def test_the_same_key_replays(stage: Stage, till: Till) -> None:
    key = new_key()
    first, second = stage.start(key), stage.start(key)
    assert (second.status_code, second.headers["Idempotent-Replayed"]) == (200, "true")
    assert "Idempotent-Replayed" not in first.headers
    assert first.json == second.json
    assert (len(stage.payments), till.calls("initialize")) == (1, 1)


@pytest.mark.parametrize("same_key", [True, False])
def test_case_10_started_five_times_at_once(stage: Stage, till: Till, same_key: bool) -> None:
    key, answers = new_key(), list[Any]()
    all_at_once(lambda: answers.append(stage.start(key if same_key else new_key())), 5)
    assert {answer.status_code for answer in answers} <= {200, 201, 202}
    assert {answer.json["reference"] for answer in answers} == {stage.payment["reference"]}
    assert (stage.payment["status"], till.calls("initialize")) == ("initialized", 1)
    assert promised("payments.start") == ["payments.start"]


@pytest.mark.parametrize("key", [None, "k" * 10_000, "a b", "\x7f"])
def test_case_11_money_without_a_proper_key_is_refused(stage: Stage, key: str | None) -> None:
    answer = stage.guest.post(f"/bookings/{stage.booking_id}/payments", key=key)
    assert answer.status_code == 400
    assert stage.payments == []


def test_the_request_stays_one_call_and_few_statements(stage: Stage, count_statements: Callable[..., object]) -> None:
    with count_statements() as statements:  # type: ignore[attr-defined]
        assert stage.start().status_code == 201
    assert len(statements) <= 26, str(statements)


def test_case_62_others_cannot_pay_or_see(stage: Stage, api: Api, till: Till) -> None:
    reference = stage.started()
    other = api.as_(factories.person())
    staff = api.as_(factories.member(stage.hotel.id))
    for stranger, status in ((api, 401), (other, 404), (staff, 404)):
        assert stranger.post(f"/bookings/{stage.booking_id}/payments", key=new_key()).status_code == status
        assert stranger.get(f"/payments/{reference}").status_code == status
        assert stranger.get(f"/payments/{reference}/refunds").status_code == status
        assert stranger.post(f"/payments/{reference}/verify").status_code == status
    assert (len(stage.payments), till.calls("initialize"), stage.payment["asked_at"]) == (1, 1, None)
    assert promised("payments.verify") == []
    assert api.as_(factories.person(role="platform_admin")).get(f"/payments/{reference}").status_code == 200
    assert stage.guest.get("/payments/SS-NOBODY-1-00000000").status_code == 404


@pytest.mark.parametrize(
    "member",
    [
        {"amount": 1},
        {"currency": "USD"},
        {"status": "success"},
        {"reference": "mine"},
        {"kept": True},
        {"expires_at": "2030-01-01T00:00:00Z"},
    ],
)
def test_case_63_nothing_is_assigned_by_the_way(stage: Stage, member: dict[str, object]) -> None:
    answer: Any = stage.guest.post(f"/bookings/{stage.booking_id}/payments", member, key=new_key())
    assert (answer.status_code, answer.json["code"]) == (422, "validation_error")
    assert stage.payments == []


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ("status = 'expired'", 410, "hold_expired"),
        ("hold_expires_at = clock_timestamp() - interval '1 s'", 410, "hold_expired"),
        ("status = 'cancelled'", 409, "not_payable"),
        ("payment_timing = 'pay_at_hotel'", 409, "not_payable"),
        ("status = 'confirmed', payment_status = 'paid'", 409, "booking_is_paid"),
    ],
)
def test_what_cannot_be_paid_is_refused(stage: Stage, till: Till, change: str, status: int, code: str) -> None:
    run(f"UPDATE bookings SET {change}")
    answer = stage.start()
    assert (answer.status_code, answer.json["code"]) == (status, code)
    assert (stage.payments, till.calls("initialize"), promised("payments.start")) == ([], 0, [])


def test_a_hold_whose_room_was_taken_is_gone(stage: Stage, till: Till) -> None:
    run("UPDATE allocations SET hold_expires_at = clock_timestamp() - interval '1 s'")
    assert stage.start().status_code == 410
    assert (stage.payments, till.calls("initialize")) == ([], 0)


def test_money_that_is_in_but_not_applied_keeps_the_guest_from_paying_twice(stage: Stage, till: Till) -> None:
    reference = stage.started()
    till.pay(reference)
    stage.check(reference)
    run("UPDATE payments SET status = 'success', kept = true, paid_at = clock_timestamp()")
    answer = stage.start()
    assert (answer.status_code, answer.json["code"]) == (409, "booking_is_paid")
    assert len(stage.payments) == 1


@pytest.mark.parametrize("fault", ["500", "html_502", "429", "drop", "hang:2"])
def test_case_30_no_answer_at_initialize_is_a_queued_payment(
    stage: Stage, till: Till, run_jobs: Jobs, impatient: None, fault: str
) -> None:
    till.switch(initialize=fault, times=1)
    answer = stage.start()
    assert (answer.status_code, answer.json["status"]) == (202, "queued")
    assert answer.json["authorization_url"] is None
    lost = stage.payment["reference"]
    assert run_jobs() == 0
    hurry("payments.start")
    assert run_jobs() == 1
    old, fresh = stage.payments
    assert (old["reference"], old["status"], fresh["status"]) == (lost, "abandoned", "initialized")
    assert old["next_check_at"] is not None
    assert till.calls("verify", lost) == 1
    facts = {"booking_id": str(stage.booking_id), "reference": fresh["reference"], "status": "initialized"}
    assert told("payment_ready") == [facts]
    assert stage.start().json["reference"] == fresh["reference"]
    hurry("payments.start")
    assert run_jobs() == 1
    assert (len(stage.payments), till.calls("initialize")) == (2, 2)


def test_case_30_an_answer_lost_after_the_deed_makes_no_second_charge(
    stage: Stage, till: Till, run_jobs: Jobs, impatient: None
) -> None:
    till.switch(initialize="hang_after_commit:2", times=1)
    assert stage.start().status_code == 202
    lost = stage.payment["reference"]
    hurry("payments.start")
    run_jobs()
    old, fresh = stage.payments
    assert (old["status"], fresh["status"]) == ("abandoned", "initialized")
    till.pay(fresh["reference"])
    stage.check(fresh["reference"])
    run_jobs()
    assert stage.states == ("confirmed", "paid")
    assert till.calls("initialize", lost) == 1


def test_case_30_a_lost_link_that_was_paid_is_no_reason_for_another(
    stage: Stage, till: Till, run_jobs: Jobs, impatient: None
) -> None:
    till.switch(initialize="hang_after_commit:2", times=1)
    assert stage.start().status_code == 202
    till.pay(stage.payment["reference"])
    hurry("payments.start")
    run_jobs()
    assert (stage.payment["status"], stage.states) == ("success", ("confirmed", "paid"))
    assert till.calls("initialize") == 1


def test_the_gateway_away_at_the_follow_up_too(stage: Stage, till: Till, run_jobs: Jobs) -> None:
    till.switch(initialize="500", verify="500")
    assert stage.start().status_code == 202
    hurry("payments.start")
    assert run_jobs() == 1
    assert stage.payment["status"] == "queued"
    (job,) = rows("outbox", "name = 'payments.start'")
    assert (job["attempts"], job["dead_at"]) == (0, None)
    till.clear()
    hurry("payments.start")
    run_jobs()
    assert [one["status"] for one in stage.payments] == ["abandoned", "initialized"]


def test_a_late_link_is_not_fetched_for_a_hold_that_ended(stage: Stage, till: Till, run_jobs: Jobs) -> None:
    till.switch(initialize="500", times=1)
    assert stage.start().status_code == 202
    stage.lapse()
    hurry("payments.start")
    run_jobs()
    assert (stage.payment["status"], till.calls("initialize")) == ("abandoned", 1)


def test_too_many_waiting_requests_are_told_at_once(
    stage: Stage, till: Till, with_settings: Callable[..., object]
) -> None:
    with_settings(payment_vendor_threads=1)
    with link._place(1):
        answer = stage.start()
    assert (answer.status_code, answer.json["status"], till.calls("initialize")) == (202, "queued", 0)
    assert promised("payments.start") == ["payments.start"]


def test_a_refused_order_is_told_and_leaves_room_for_another(stage: Stage, till: Till) -> None:
    run("UPDATE bookings SET guest_email = 'ada@hotel.local'")
    answer = stage.start()
    assert (answer.status_code, answer.json["code"]) == (422, "payment_refused")
    assert (stage.payment["status"], stage.payment["next_check_at"]) == ("abandoned", None)
    assert [event["status"] for event in told("payment_failed")] == ["abandoned"]
    run("UPDATE bookings SET guest_email = 'ada@example.com'")
    assert stage.start().status_code == 201
    assert [one["status"] for one in stage.payments] == ["abandoned", "initialized"]


def test_case_32_the_breaker_answers_at_once(stage: Stage, api: Api, till: Till) -> None:
    till.switch(initialize="500")
    stages = [stage, *(Stage(api) for _ in range(5))]
    assert [one.start().status_code for one in stages] == [202] * 6
    assert till.calls("initialize") == 5
    assert [one.payment["status"] for one in stages] == ["queued"] * 6
