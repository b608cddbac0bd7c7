"""Giving a booking up and changing it, against whatever else may happen to it at the same instant."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from app.bookings.service import expire, settle_change
from app.payments import paystack
from app.payments.service import confirm, verify
from sandbox.server import Sandbox
from tests import factories
from tests.api import Api, new_key
from tests.payments.stage import Stage, rows, run
from tests.payments.terms import HALF, PRICE, sell, what_the_audit_finds
from tests.payments.terms import confirm as paid_and_confirmed
from tests.payments.till import Till
from tests.races.crowd import at_once, overlaps, statuses

Jobs = Callable[[], int]
TURNS = range(4)
LATER = """
WITH old AS (UPDATE booking_changes SET hold_expires_at = clock_timestamp() - interval '1 s',
  release_at = clock_timestamp() - interval '1 s' WHERE status = 'waiting' RETURNING id)
UPDATE allocations SET hold_expires_at = clock_timestamp() - interval '1 s' WHERE booking_change_id IN (SELECT id FROM old)
"""


@pytest.fixture
def till(sandbox: Sandbox) -> Till:
    paystack._client.cache_clear()
    return Till(sandbox)


def cancel(stage: Stage) -> Callable[[], Any]:
    return partial(stage.guest.post, f"/bookings/{stage.booking_id}/cancel", {}, key=new_key())


def change(stage: Stage, first: int, end: int) -> Callable[[], Any]:
    days = {"check_in": factories.in_days(first).isoformat(), "check_out": factories.in_days(end).isoformat()}
    return partial(stage.guest.post, f"/bookings/{stage.booking_id}/change", days, key=new_key())


def book(api: Api, hotel: factories.HotelForTests, start: int) -> Callable[[], Any]:
    guest = api.as_(factories.person())
    return partial(guest.post, "/bookings", factories.booking_request(hotel, start=start), key=new_key())


def in_turn(turn: int, *calls: Callable[[], Any]) -> list[Any]:
    """At once, and who starts first takes turns; the results in the order of the calls."""
    order = calls[:: 1 if turn % 2 else -1]
    return at_once(list(order))[:: 1 if turn % 2 else -1]


def all_is_well() -> None:
    assert overlaps() == 0
    assert what_the_audit_finds() == []


def waiting_and_paid(stage: Stage, till: Till) -> Any:
    """Its change is paid, and we know of the money; the booking does not."""
    assert change(stage, 10, 14)().json["change"] is not None
    reference = stage.start().json["reference"]
    till.switch(scope=reference, refund_path="stuck_pending")
    till.pay(reference)
    payment_id = stage.payments[-1]["id"]
    verify.verify(payment_id)
    return payment_id


def test_of_eight_cancellations_one_counts(api: Api, till: Till, run_jobs: Jobs) -> None:
    stage = paid_and_confirmed(Stage(api, sell(factories.hotel(), HALF)), till, run_jobs)
    answers = at_once([cancel(stage) for _ in range(8)])
    assert statuses(answers) == {200: 1, 409: 7}
    assert {answer.json["code"] for answer in answers if answer.status_code == 409} == {"illegal_transition"}
    run_jobs()
    assert [one["amount"] for one in stage.refunds] == [PRICE]
    assert len(rows("booking_history", "to_status = 'cancelled'")) == 1
    all_is_well()


@pytest.mark.parametrize("turn", TURNS)
def test_guest_and_hotel_cancel_at_once(api: Api, till: Till, run_jobs: Jobs, turn: int) -> None:
    stage = paid_and_confirmed(Stage(api, sell(factories.hotel(), HALF)), till, run_jobs)
    desk = api.as_(factories.member(stage.hotel.id))
    path, why = (
        f"/hotels/{stage.hotel.id}/bookings/{stage.booking_id}/cancel",
        {"reason_code": "other", "reason": "Flood"},
    )
    answers = in_turn(turn, cancel(stage), partial(desk.post, path, why, key=new_key()))
    assert statuses(answers) == {200: 1, 409: 1}
    run_jobs()
    by_guest = answers[0].status_code == 200
    assert sum(one["amount"] for one in stage.refunds) == (PRICE if by_guest else 2 * PRICE)
    all_is_well()


@pytest.mark.parametrize("turn", TURNS)
def test_a_hold_is_cancelled_while_it_expires(api: Api, turn: int) -> None:
    stage = Stage(api)
    stage.lapse()
    answer, expired = in_turn(turn, cancel(stage), expire.sweep)
    assert (answer.status_code, expired, stage.states[0]) in ((200, 0, "cancelled"), (409, 1, "expired"))
    assert rows("allocations") == []
    all_is_well()


@pytest.mark.parametrize("turn", TURNS)
def test_it_is_cancelled_while_its_change_is_applied(api: Api, till: Till, run_jobs: Jobs, turn: int) -> None:
    stage = paid_and_confirmed(Stage(api), till, run_jobs)
    payment_id = waiting_and_paid(stage, till)
    answer, _ = in_turn(turn, cancel(stage), partial(confirm.paid, payment_id))
    assert answer.status_code == 200
    run_jobs()
    assert stage.states[0] == "cancelled"
    assert sum(one["amount"] for one in stage.refunds) == 4 * PRICE
    assert rows("allocations") == []
    all_is_well()


@pytest.mark.parametrize("turn", TURNS)
def test_a_change_is_paid_while_it_lapses(api: Api, till: Till, run_jobs: Jobs, turn: int) -> None:
    stage = paid_and_confirmed(Stage(api), till, run_jobs)
    payment_id = waiting_and_paid(stage, till)
    run(LATER)
    in_turn(turn, settle_change.sweep, partial(confirm.paid, payment_id))
    run_jobs()
    (status,) = [row["status"] for row in rows("booking_changes")]
    total = stage.booking["total_amount"]
    assert (status, total, [one["reason"] for one in stage.refunds]) in (
        ("applied", 4 * PRICE, []),
        ("lapsed", 2 * PRICE, ["change_lapsed"]),
    )
    all_is_well()


@pytest.mark.parametrize("turn", TURNS)
def test_two_want_the_same_nights_one_by_a_change(api: Api, till: Till, run_jobs: Jobs, turn: int) -> None:
    stage = paid_and_confirmed(Stage(api), till, run_jobs)
    answers = in_turn(turn, change(stage, 11, 14), book(api, stage.hotel, 13))
    assert statuses(answers) in ({200: 1, 409: 1}, {201: 1, 409: 1})
    (refused,) = [answer for answer in answers if answer.status_code == 409]
    assert refused.json["code"] == "room_taken"
    all_is_well()


@pytest.mark.parametrize("turn", TURNS)
def test_two_guests_change_into_each_others_way(api: Api, till: Till, run_jobs: Jobs, turn: int) -> None:
    """Both move by a night, towards each other: one finds the room taken, nobody waits for the other for ever."""
    hotel = factories.hotel()
    left = paid_and_confirmed(Stage(api, hotel), till, run_jobs)
    other = api.as_(factories.person())
    body = factories.booking_request(hotel, start=13)
    body["rooms"][0]["rate_plan_id"] = str(hotel.only.pay_at_hotel)
    right = other.post("/bookings", body, key=new_key()).json
    days = {"check_in": factories.in_days(12).isoformat(), "check_out": factories.in_days(14).isoformat()}
    answers = in_turn(
        turn,
        change(left, 11, 13),
        partial(other.post, f"/bookings/{right['id']}/change", days, key=new_key()),
    )
    assert statuses(answers) == {200: 1, 409: 1}
    all_is_well()


def test_of_six_changes_at_once_one_waits_and_none_is_lost(api: Api, till: Till, run_jobs: Jobs) -> None:
    stage = paid_and_confirmed(Stage(api, factories.hotel({"Deluxe": 3})), till, run_jobs)
    answers = at_once([change(stage, 10, 13 + number) for number in range(6)])
    assert statuses(answers) == {200: 6}
    found = sorted(row["status"] for row in rows("booking_changes"))
    assert found == ["waiting"] + ["withdrawn"] * 5
    assert len(rows("allocations")) == 2
    all_is_well()
