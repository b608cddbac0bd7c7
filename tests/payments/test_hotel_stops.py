"""A hold whose hotel stops selling: paused, it may be paid; suspended, it lapses, and money that comes all the same goes back."""

from collections.abc import Callable
from typing import Any

import pytest

from app.bookings.service import expire
from app.payments.service import verify
from tests import factories
from tests.api import Api
from tests.payments.stage import Stage, hurry, mails, promised, rows, told
from tests.payments.till import Till

Jobs = Callable[[], int]


class Doors:
    """The hotel's admin and the platform, at the hotel of the stage."""

    def __init__(self, api: Api, stage: Stage) -> None:
        self.hotel_id = stage.hotel.id
        self.owner = api.as_(factories.member(self.hotel_id))
        self.platform = api.as_(factories.person(role="platform_admin"))

    def pause(self) -> None:
        assert self.owner.post(f"/hotels/{self.hotel_id}/pause").status_code == 200

    def suspend(self) -> None:
        assert self.platform.post(f"/admin/hotels/{self.hotel_id}/suspend", {"reason": "Fire"}).status_code == 200

    def reinstate(self) -> None:
        assert self.platform.post(f"/admin/hotels/{self.hotel_id}/reinstate").status_code == 200


@pytest.fixture
def doors(api: Api, stage: Stage) -> Doors:
    return Doors(api, stage)


def actions(stage: Stage) -> Any:
    return stage.guest.get(f"/bookings/{stage.booking_id}").json["actions"]


def test_a_paused_hotel_keeps_the_hold_and_takes_the_money(
    stage: Stage, doors: Doors, till: Till, run_jobs: Jobs
) -> None:
    doors.pause()
    assert actions(stage) == ["pay", "cancel"]
    reference = stage.started()
    till.pay(reference)
    stage.check(reference)
    run_jobs()
    assert (stage.states, stage.refunds) == (("confirmed", "paid"), [])
    assert [event["reference"] for event in told("new_booking")] == [stage.booking["reference"]]
    assert len(mails("booking_confirmed")) == 1


def test_a_paused_hotel_takes_no_late_guest(stage: Stage, doors: Doors, till: Till, run_jobs: Jobs) -> None:
    """His hold is over: he would need a new room, and new rooms are not sold."""
    reference = stage.started()
    stage.lapse()
    assert expire.sweep() == 1
    doors.pause()
    till.pay(reference)
    stage.check(reference)
    run_jobs()
    assert stage.states[0] == "expired"
    assert [(refund["amount"], refund["reason"]) for refund in stage.refunds] == [(stage.total, "hotel_not_selling")]


def test_at_a_suspended_hotel_no_payment_is_started(stage: Stage, doors: Doors, till: Till) -> None:
    doors.suspend()
    assert actions(stage) == ["cancel"]
    answer = stage.start()
    assert (answer.status_code, answer.json["code"]) == (409, "hotel_not_selling")
    assert (stage.payments, till.calls("initialize"), promised("payments.start")) == ([], 0, [])
    assert stage.booking["payment_started_at"] is None
    assert rows("idempotency_keys", "route LIKE 'payments.start%'") == []
    stage.lapse()
    assert expire.sweep() == 1
    assert stage.states == ("expired", "unpaid")


def test_the_hold_may_be_paid_again_when_the_suspension_is_lifted_in_time(stage: Stage, doors: Doors) -> None:
    doors.suspend()
    assert stage.start().status_code == 409
    doors.reinstate()
    assert actions(stage) == ["pay", "cancel"]
    assert stage.start().status_code == 201


@pytest.mark.parametrize("lapsed", [False, True])
def test_money_that_comes_to_a_suspended_hotel_goes_back(
    stage: Stage, doors: Doors, till: Till, run_jobs: Jobs, lapsed: bool
) -> None:
    reference = stage.started()
    doors.suspend()
    if lapsed:
        stage.lapse()
        assert expire.sweep() == 1
    till.pay(reference)
    stage.check(reference)
    run_jobs()
    assert stage.payment["status"] == "success"
    assert stage.states[0] == "expired"
    (refund,) = stage.refunds
    assert (refund["amount"], refund["reason"]) == (stage.total, "hotel_not_selling")
    assert [one["amount"] for one in till.refunds(reference)] == [stage.total]
    assert rows("allocations") == []
    assert told("new_booking") == []
    assert (len(mails("booking_confirmed")), len(mails("booking_expired_refund"))) == (0, 0)
    (mail,) = mails("refund_due")
    assert mail["recipient"] == stage.booking["guest_email"]
    assert "has stopped taking bookings with us" in mail["text"]
    (last,) = rows("booking_history", "to_status = 'expired'")
    assert last["reason"] == ("hold_lapsed" if lapsed else "hotel_not_selling")
    assert [event["status"] for event in told("room_status_changed")] == ["locked", "available"]
    assert told("booking_changed")[-1]["payment_status"] in ("refund_due", "refunded")


def test_money_that_was_recorded_before_the_suspension_and_is_applied_after_goes_back_too(
    stage: Stage, doors: Doors, till: Till, run_jobs: Jobs
) -> None:
    reference = stage.started()
    till.pay(reference)
    verify.verify(stage.payment["id"])
    assert promised("payments.confirm_paid") == ["payments.confirm_paid"]
    doors.suspend()
    run_jobs()
    assert (stage.states[0], [refund["reason"] for refund in stage.refunds]) == ("expired", ["hotel_not_selling"])


def test_a_confirmed_booking_stands_whatever_becomes_of_the_hotel(stage: Stage, doors: Doors, paid: str) -> None:
    doors.suspend()
    assert stage.states == ("confirmed", "paid")
    assert stage.guest.get(f"/bookings/{stage.booking_id}").json["status"] == "confirmed"
    assert len(rows("allocations", "hold_expires_at IS NULL")) == 1
    answer = doors.owner.post(f"/hotels/{doors.hotel_id}/close")
    assert (answer.status_code, answer.json["code"]) == (409, "has_future_bookings")


def test_a_lost_link_is_not_replaced_at_a_suspended_hotel(
    stage: Stage, doors: Doors, till: Till, run_jobs: Jobs
) -> None:
    till.switch(initialize="500", times=1)
    assert stage.start().status_code == 202
    doors.suspend()
    hurry("payments.start")
    run_jobs()
    assert [payment["status"] for payment in stage.payments] == ["abandoned"]
    assert till.calls("initialize") == 1
