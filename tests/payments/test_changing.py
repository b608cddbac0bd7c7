"""A booking is changed: other days, rooms, guests; the difference paid, or given back; all or nothing."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from app.bookings.service import settle_change
from app.payments.service import confirm as paid_for
from app.payments.service import verify
from tests import factories
from tests.api import Api, new_key
from tests.payments.going_back import follow_up
from tests.payments.stage import Stage, hurry, mails, promised, rows, run, told
from tests.payments.terms import ALL, FIRST_NIGHT, HALF, PRICE, at_hotel, confirm, sell, what_the_audit_finds
from tests.payments.till import Till

Jobs = Callable[[], int]
LATER = """
WITH old AS (UPDATE booking_changes SET hold_expires_at = hold_expires_at - interval '2 days', release_at = release_at - interval '2 days'
  WHERE status = 'waiting' RETURNING id)
UPDATE allocations SET hold_expires_at = hold_expires_at - interval '2 days' WHERE booking_change_id IN (SELECT id FROM old)
"""
CHECK_IN = 10
NIGHTS = 2


@pytest.fixture(autouse=True)
def explained(application: Any) -> Iterator[None]:
    """After each test every kobo is explained, and every room. Prices that a test wrote by hand are no rules of a plan."""
    yield
    assert set(what_the_audit_finds()) <= {"spans_are_not_the_rules"}


@pytest.fixture
def stage(api: Api, till: Till, run_jobs: Jobs) -> Stage:
    """Two nights in the one room of a hotel, paid."""
    return confirm(Stage(api), till, run_jobs)


def day(number: int) -> str:
    return factories.in_days(number).isoformat()


def change(stage: Stage, *, key: str | None = None, **body: Any) -> Any:
    return stage.guest.post(f"/bookings/{stage.booking_id}/change", body, key=key or new_key())


def preview(stage: Stage, **body: Any) -> Any:
    return stage.guest.post(f"/bookings/{stage.booking_id}/change/preview", body)


def shown(stage: Stage) -> Any:
    return stage.guest.get(f"/bookings/{stage.booking_id}").json


def pay(stage: Stage, till: Till) -> str:
    """The guest pays what his change waits for; nobody has told us yet."""
    answer = stage.start()
    assert (answer.status_code, answer.json["status"]) == (201, "initialized"), answer.text
    reference = str(answer.json["reference"])
    till.switch(scope=reference, refund_path="stuck_pending")
    till.pay(reference)
    return reference


def taken() -> list[tuple[date, date, bool]]:
    """What is taken, in the order of days, and whether it has an end."""
    found = [(row["check_in"], row["check_out"], row["hold_expires_at"] is not None) for row in rows("allocations")]
    return sorted(found)


def of(first: int, end: int, *, held: bool = False) -> tuple[date, date, bool]:
    return factories.in_days(first), factories.in_days(end), held


def lapse() -> None:
    run(LATER)
    assert settle_change.sweep() == 1


class TestADifferenceToPay:
    def test_a_longer_stay_is_held_paid_and_then_applied(self, stage: Stage, till: Till, run_jobs: Jobs) -> None:
        seen = preview(stage, check_out=day(14)).json
        assert (seen["difference"], seen["due_amount"], seen["total_amount"]) == (2 * PRICE, 2 * PRICE, 4 * PRICE)
        assert taken() == [of(10, 12)]
        answer = change(stage, check_out=day(14), expected_total=4 * PRICE)
        assert (answer.status_code, answer.json["check_out"], answer.json["total_amount"]) == (200, day(12), 2 * PRICE)
        waiting = answer.json["change"]
        assert (waiting["check_out"], waiting["difference"], waiting["asked_by"]) == (day(14), 2 * PRICE, "guest")
        assert answer.json["actions"] == ["pay", "cancel", "change"]
        assert taken() == [of(10, 12), of(12, 14, held=True)]
        assert told("room_status_changed")[-1]["status"] == "locked"
        reference = pay(stage, till)
        payment = stage.payments[-1]
        assert (payment["part"], payment["amount"]) == (2, 2 * PRICE)
        stage.check(reference)
        run_jobs()
        now = shown(stage)
        assert (now["check_out"], now["nights"], now["total_amount"], now["paid_amount"]) == (
            day(14),
            4,
            4 * PRICE,
            4 * PRICE,
        )
        assert (now["change"], now["revision"], now["payment_status"]) == (None, 1, "paid")
        assert [night["date"] for night in now["rooms"][0]["nights"]] == [day(10), day(11), day(12), day(13)]
        assert taken() == [of(10, 14)]
        assert told("room_status_changed")[-1] | {"seq": 0, "timestamp": ""} == {
            "seq": 0,
            "timestamp": "",
            "hotel_id": str(stage.hotel.id),
            "room_id": now["rooms"][0]["room_id"],
            "status": "booked",
            "check_in": day(10),
            "check_out": day(14),
        }

    def test_who_was_moved_to_a_better_type_stays_in_it_at_his_own_price(
        self, stage: Stage, till: Till, run_jobs: Jobs
    ) -> None:
        """As a late payment moves him when none of his own type is left: his plan is one of the type that he bought."""
        suite = factories.room_type(stage.hotel.id, "Suite", 1, price=3 * PRICE, floor=2)
        run("UPDATE booking_rooms SET room_type_id = :type, room_id = :room", type=suite.id, room=suite.rooms[0])
        run("UPDATE allocations SET room_id = :room", room=suite.rooms[0])
        answer = change(stage, check_out=day(13))
        assert (answer.status_code, answer.json["change"]["difference"]) == (200, PRICE), answer.text
        stage.check(pay(stage, till))
        run_jobs()
        (room,) = shown(stage)["rooms"]
        assert (room["room_type_id"], room["room_id"]) == (str(suite.id), str(suite.rooms[0]))
        assert room["rate_plan_id"] == str(stage.hotel.only.pay_now)
        assert taken() == [of(10, 13)]

    def test_everybody_is_told_once(self, stage: Stage, till: Till, run_jobs: Jobs) -> None:
        change(stage, check_out=day(14))
        (asked,) = mails("change_waiting")
        assert "₦100,000.00" in asked["subject"]
        stage.check(pay(stage, till))
        run_jobs()
        paid_for.paid(stage.payments[-1]["id"])
        (guest,), (hotel,) = mails("booking_changed"), mails("booking_changed_hotel")
        assert guest["recipient"] == stage.booking["guest_email"]
        assert "Of it paid now: ₦100,000.00" in guest["text"]
        assert [attachment["filename"] for attachment in guest["attachments"]] == ["stay.ics"]
        assert "₦200,000.00" in hotel["text"]
        (line,) = rows("booking_history", "reason = 'changed'")
        assert (line["from_status"], line["to_status"], line["actor"]) == ("confirmed", "confirmed", "guest")

    def test_the_hotel_sees_whose_nights_are_held(self, stage: Stage, api: Api) -> None:
        change(stage, check_out=day(14))
        desk = api.as_(factories.member(stage.hotel.id))
        seen = {}
        for number in (11, 12, 14):
            (room,) = desk.get(f"/hotels/{stage.hotel.id}/board", date=day(number)).json["rooms"]
            seen[number] = (room["night"], room["reference"], room["is_arrival"])
        own = shown(stage)["reference"]
        assert seen == {11: ("booked", own, False), 12: ("locked", own, False), 14: ("available", None, False)}
        blocked = {
            "room_ids": [str(stage.hotel.only.rooms[0])],
            "from": day(13),
            "to": day(14),
            "reason": "maintenance",
        }
        refused = desk.post(f"/hotels/{stage.hotel.id}/blocks", blocked, key=new_key())
        assert refused.status_code == 409

    def test_nobody_pays_and_the_booking_stands_untouched(self, stage: Stage) -> None:
        before = shown(stage)
        change(stage, check_in=day(8), check_out=day(14))
        assert taken() == [of(8, 10, held=True), of(10, 12), of(12, 14, held=True)]
        lapse()
        assert taken() == [of(10, 12)]
        after = shown(stage)
        same = before.keys() - {"server_now"}
        assert {name: after[name] for name in same} == {name: before[name] for name in same}
        assert rows("booking_changes")[0]["status"] == "lapsed"
        assert len(mails("change_lapsed")) == 1
        answer = stage.start()
        assert (answer.status_code, answer.json["code"]) == (409, "booking_is_paid")

    def test_money_for_a_lapsed_change_goes_back_whole(self, stage: Stage, till: Till, run_jobs: Jobs) -> None:
        change(stage, check_out=day(14))
        reference = pay(stage, till)
        lapse()
        stage.check(reference)
        run_jobs()
        payment = stage.payments[-1]
        assert (payment["status"], payment["kept"]) == ("success", False)
        assert [(one["amount"], one["reason"]) for one in stage.refunds] == [(2 * PRICE, "change_lapsed")]
        assert (shown(stage)["check_out"], stage.states) == (day(12), ("confirmed", "paid"))
        assert "so it was not changed" in mails("refund_due")[0]["text"]
        till.move_refund(till.refunds(reference)[0]["id"], "processed")
        follow_up(run_jobs)
        assert stage.states == ("confirmed", "paid")

    def test_a_guest_who_takes_lapsed_nights_has_them(self, stage: Stage, api: Api, till: Till, run_jobs: Jobs) -> None:
        change(stage, check_out=day(14))
        reference = pay(stage, till)
        run(LATER)
        other = api.as_(factories.person())
        made = other.post("/bookings", factories.booking_request(stage.hotel, start=12), key=new_key())
        assert made.status_code == 201
        stage.check(reference)
        run_jobs()
        assert [one["reason"] for one in stage.refunds] == ["change_lapsed"]
        assert taken() == [of(10, 12), of(12, 14, held=True)]

    def test_a_started_payment_extends_it_once(self, stage: Stage, with_settings: Callable[..., object]) -> None:
        with_settings(hold_seconds=60, hold_extension_seconds=600, hold_grace_seconds=120)
        change(stage, check_out=day(14))
        before = rows("booking_changes")[0]
        stage.start()
        (after,) = rows("booking_changes")
        assert after["hold_expires_at"] - before["hold_expires_at"] > timedelta(minutes=8)
        assert after["release_at"] - after["hold_expires_at"] == timedelta(seconds=120)
        (held,) = rows("allocations", "hold_expires_at IS NOT NULL")
        assert held["hold_expires_at"] == after["release_at"]
        again = stage.start()
        assert (again.status_code, again.json["part"]) == (200, 2)
        assert rows("booking_changes")[0]["release_at"] == after["release_at"]

    def test_a_link_that_does_not_come_is_fetched_later(self, stage: Stage, till: Till, run_jobs: Jobs) -> None:
        change(stage, check_out=day(14))
        till.switch(initialize="500", times=1)
        answer = stage.start()
        assert (answer.status_code, answer.json["status"], answer.json["part"]) == (202, "queued", 2)
        hurry("payments.start")
        run_jobs()
        assert [(one["part"], one["status"]) for one in stage.payments[1:]] == [(2, "abandoned"), (2, "initialized")]
        assert stage.payments[-1]["amount"] == 2 * PRICE

    def test_who_comes_back_from_the_checkout_is_told_about_the_change(
        self, stage: Stage, till: Till, run_jobs: Jobs
    ) -> None:
        def state(reference: str) -> Any:
            headers = {"Accept": "application/json"}
            path = f"/api/v1/payments/return?reference={reference}"
            return stage.api.app.test_client().get(path, headers=headers).json["state"]

        change(stage, check_out=day(14))
        first = pay(stage, till)
        assert state(first) == "processing"
        change(stage, check_out=day(13))
        stage.check(first)
        run_jobs()
        assert state(first) == "refunding"
        second = pay(stage, till)
        stage.check(second)
        run_jobs()
        assert state(second) == "confirmed"
        assert stage.guest.get(f"/payments/{second}").json["authorization_url"] is None

    def test_past_its_time_nothing_is_paid_any_more(self, stage: Stage) -> None:
        change(stage, check_out=day(14))
        run(LATER)
        assert shown(stage)["actions"] == ["cancel", "change"]
        assert (stage.start().status_code, stage.start().json["code"]) == (410, "hold_expired")
        assert settle_change.sweep() == 1

    def test_another_one_takes_its_place(self, stage: Stage, till: Till, run_jobs: Jobs) -> None:
        change(stage, check_out=day(14))
        first = pay(stage, till)
        assert change(stage, check_out=day(13)).json["change"]["difference"] == PRICE
        assert taken() == [of(10, 12), of(12, 13, held=True)]
        assert [row["status"] for row in rows("booking_changes")] == ["withdrawn", "waiting"]
        stage.check(first)
        run_jobs()
        assert [one["reason"] for one in stage.refunds] == ["change_lapsed"]
        second = stage.start()
        assert (second.json["part"], second.json["amount"]) == (3, PRICE)

    def test_cancelled_meanwhile_it_is_withdrawn(self, stage: Stage, till: Till, run_jobs: Jobs) -> None:
        change(stage, check_out=day(14))
        reference = pay(stage, till)
        answer = stage.guest.post(f"/bookings/{stage.booking_id}/cancel", {}, key=new_key())
        assert (answer.json["change"], answer.json["cancelled"]["refund_amount"]) == (None, 2 * PRICE)
        assert (taken(), rows("booking_changes")[0]["status"]) == ([], "withdrawn")
        stage.check(reference)
        run_jobs()
        refunds = sorted((one["amount"], one["reason"]) for one in stage.refunds)
        assert refunds == [(2 * PRICE, "booking_cancelled"), (2 * PRICE, "cancellation")]

    def test_a_suspended_hotel_gives_the_money_back(self, stage: Stage, till: Till, run_jobs: Jobs) -> None:
        change(stage, check_out=day(14))
        reference = pay(stage, till)
        run("UPDATE hotels SET status = 'suspended'")
        stage.check(reference)
        run_jobs()
        assert (shown(stage)["check_out"], stage.states) == (day(12), ("confirmed", "paid"))
        assert [one["reason"] for one in stage.refunds] == ["change_lapsed"]

    def test_the_newest_part_goes_back_first(self, api: Api, till: Till, run_jobs: Jobs) -> None:
        stage = confirm(Stage(api, sell(factories.hotel(), HALF)), till, run_jobs)
        change(stage, check_out=day(13))
        stage.check(pay(stage, till))
        run_jobs()
        stage.guest.post(f"/bookings/{stage.booking_id}/cancel", {}, key=new_key())
        run_jobs()
        first, second = stage.payments
        refunds = {one["payment_id"]: one["amount"] for one in stage.refunds}
        assert refunds == {second["id"]: PRICE, first["id"]: PRICE // 2}
        till.move_refund(till.refunds(second["reference"])[0]["id"], "processed")
        follow_up(run_jobs)
        assert stage.states == ("cancelled", "refund_due")
        till.move_refund(till.refunds(first["reference"])[0]["id"], "processed")
        follow_up(run_jobs)
        assert stage.states == ("cancelled", "partially_refunded")


class TestASurplus:
    def test_nights_given_up_in_time_go_back(self, stage: Stage, till: Till, run_jobs: Jobs) -> None:
        answer = change(stage, check_out=day(11))
        assert (answer.json["total_amount"], answer.json["returned_amount"], answer.json["change"]) == (
            PRICE,
            PRICE,
            None,
        )
        assert (answer.json["payment_status"], taken()) == ("refund_due", [of(10, 11)])
        assert told("room_status_changed")[-2]["check_in"] == day(11)
        run_jobs()
        assert [(one["amount"], one["reason"]) for one in stage.refunds] == [(PRICE, "booking_changed")]
        assert "Refunded:  ₦50,000.00" in mails("booking_changed")[0]["text"]
        till.move_refund(till.refunds(stage.payment["reference"])[0]["id"], "processed")
        follow_up(run_jobs)
        assert stage.states == ("confirmed", "partially_refunded")
        again = change(stage, check_out=day(12))
        assert again.json["change"]["difference"] == PRICE
        stage.check(pay(stage, till))
        run_jobs()
        assert (shown(stage)["total_amount"], shown(stage)["paid_amount"]) == (2 * PRICE, 3 * PRICE)

    def test_what_cancelling_them_costs_is_forfeited(self, api: Api, till: Till, run_jobs: Jobs) -> None:
        stage = confirm(Stage(api, sell(factories.hotel(), HALF)), till, run_jobs)
        seen = preview(stage, check_out=day(11)).json
        assert (seen["refund_amount"], seen["forfeited_amount"], seen["least_penalty"]) == (
            PRICE // 2,
            PRICE // 2,
            PRICE // 2,
        )
        answer = change(stage, check_out=day(11))
        assert (answer.json["forfeited_amount"], answer.json["returned_amount"]) == (PRICE // 2, PRICE // 2)
        run_jobs()
        assert [one["amount"] for one in stage.refunds] == [PRICE // 2]
        cancelled = stage.guest.post(f"/bookings/{stage.booking_id}/cancel", {}, key=new_key()).json["cancelled"]
        assert (cancelled["penalty_amount"], cancelled["refund_amount"]) == (PRICE // 2, PRICE // 2)
        run_jobs()
        assert sum(one["amount"] for one in stage.refunds) == PRICE

    def test_a_move_into_free_days_does_not_undo_a_penalty(self, api: Api, till: Till, run_jobs: Jobs) -> None:
        week = [{"until_hours_before": 24 * 14, "penalty": "none", "value": 0}, ALL[0]]
        stage = confirm(Stage(api, sell(factories.hotel(), week)), till, run_jobs)
        answer = change(stage, check_in=day(60), check_out=day(62))
        assert (answer.status_code, answer.json["cancellation"]["least_penalty"]) == (200, 2 * PRICE)
        assert answer.json["cancellation"]["free_until"] is None
        costs = stage.guest.get(f"/bookings/{stage.booking_id}/cancellation").json
        assert (costs["penalty_amount"], costs["refund_amount"], costs["reason"]) == (2 * PRICE, 0, "after_change")
        stage.guest.post(f"/bookings/{stage.booking_id}/cancel", {}, key=new_key())
        assert promised("bookings.refund_due") == []


class TestItsRooms:
    def test_other_days_in_its_own_room_are_applied_at_once(self, stage: Stage) -> None:
        answer = change(stage, check_in=day(11), check_out=day(13))
        assert (answer.status_code, answer.json["check_in"], answer.json["change"]) == (200, day(11), None)
        assert taken() == [of(11, 13)]
        freed = [event for event in told("room_status_changed") if event["status"] == "available"]
        assert [(event["check_in"], event["check_out"]) for event in freed] == [(day(10), day(11))]
        assert promised("bookings.refund_due") == []

    def test_its_room_is_kept_where_it_is_free_else_another_of_the_type(
        self, api: Api, till: Till, run_jobs: Jobs
    ) -> None:
        hotel = factories.hotel({"Deluxe": 2})
        stage = confirm(Stage(api, hotel), till, run_jobs)
        (own,) = (UUID(room["room_id"]) for room in shown(stage)["rooms"])
        body = factories.booking_request(hotel, start=12)
        body["rooms"][0] = {"room_id": str(own), "rate_plan_id": str(hotel.only.pay_now), "adults": 1, "children": []}
        assert api.as_(factories.person()).post("/bookings", body, key=new_key()).status_code == 201
        answer = change(stage, check_in=day(11), check_out=day(13))
        (room,) = answer.json["rooms"]
        assert UUID(room["room_id"]) == next(one for one in hotel.only.rooms if one != own)
        assert taken() == [of(11, 13), of(12, 14, held=True)]

    def test_another_guests_hold_is_409_and_nothing_moves(self, stage: Stage, api: Api) -> None:
        api.as_(factories.person()).post("/bookings", factories.booking_request(stage.hotel, start=13), key=new_key())
        before = shown(stage)
        for body in ({"check_out": day(14)}, {"check_in": day(12), "check_out": day(14)}):
            assert (preview(stage, **body).status_code, preview(stage, **body).json["code"]) == (409, "room_taken")
            refused = change(stage, **body)
            assert (refused.status_code, refused.json["code"]) == (409, "room_taken")
        after = shown(stage)
        assert {name: after[name] for name in after if name != "server_now"} == {
            name: before[name] for name in before if name != "server_now"
        }
        assert rows("booking_changes") == []

    def test_one_room_more_and_one_less(self, api: Api, till: Till, run_jobs: Jobs) -> None:
        hotel = factories.hotel({"Deluxe": 3})
        stage = confirm(Stage(api, hotel), till, run_jobs)
        own = {"booking_room_id": shown(stage)["rooms"][0]["id"]}
        more = {"room_type_id": str(hotel.only.id), "rate_plan_id": str(hotel.only.pay_now), "adults": 2}
        answer = change(stage, rooms=[own, more])
        assert answer.json["change"]["difference"] == 2 * PRICE
        stage.check(pay(stage, till))
        run_jobs()
        now = shown(stage)
        assert [room["adults"] for room in now["rooms"]] == [1, 2]
        assert (now["total_amount"], len(taken())) == (4 * PRICE, 2)
        less = change(stage, rooms=[{"booking_room_id": now["rooms"][1]["id"]}])
        assert (less.json["total_amount"], less.json["returned_amount"]) == (2 * PRICE, 2 * PRICE)
        assert [room["id"] for room in less.json["rooms"]] == [now["rooms"][1]["id"]]
        assert taken() == [of(10, 12)]
        run_jobs()
        (refund,) = stage.refunds
        assert refund["payment_id"] == stage.payments[1]["id"]

    def test_another_type_costs_what_it_costs(self, api: Api, till: Till, run_jobs: Jobs) -> None:
        hotel = factories.hotel({"Deluxe": 1, "Suite": 1})
        suite = hotel.types["Suite"]
        guest, booking = at_hotel(api, hotel, type_name="Deluxe")
        room = {"booking_room_id": booking["rooms"][0]["id"], "room_type_id": str(suite.id)}
        wrong = guest.post(f"/bookings/{booking['id']}/change", {"rooms": [room]}, key=new_key())
        assert (wrong.status_code, wrong.json["code"]) == (422, "unknown_rate")
        room |= {"rate_plan_id": str(suite.pay_at_hotel)}
        answer = guest.post(f"/bookings/{booking['id']}/change", {"rooms": [room]}, key=new_key())
        (now,) = answer.json["rooms"]
        assert (UUID(now["room_id"]), answer.json["total_amount"]) == (suite.rooms[0], 4 * PRICE)
        assert (answer.json["change"], answer.json["returned_amount"]) == (None, 0)

    def test_guests_are_counted_anew(self, stage: Stage) -> None:
        room = {"booking_room_id": shown(stage)["rooms"][0]["id"], "adults": 2, "children": [4]}
        answer = change(stage, rooms=[room])
        assert [(one["adults"], one["children"]) for one in answer.json["rooms"]] == [(2, [4])]
        many = change(stage, rooms=[room | {"adults": 9}])
        assert (many.status_code, many.json["code"]) == (422, "occupancy_exceeded")


class TestItsTerms:
    def dearer(self) -> None:
        run("UPDATE rate_spans SET price = 7000000")

    def test_nights_that_stay_cost_what_they_cost(self, stage: Stage) -> None:
        self.dearer()
        seen = preview(stage, check_out=day(13)).json
        assert [night["amount"] for night in seen["rooms"][0]["nights"]] == [PRICE, PRICE, 7_000_000]
        assert (seen["rooms"][0]["terms"], seen["difference"]) == ("kept", 7_000_000)

    def test_where_the_plan_said_so_all_is_priced_anew(self, api: Api, till: Till, run_jobs: Jobs) -> None:
        stage = confirm(Stage(api, sell(factories.hotel(), FIRST_NIGHT, change="new")), till, run_jobs)
        self.dearer()
        sell(stage.hotel, ALL, change="new")
        seen = preview(stage, check_out=day(13)).json
        assert (seen["rooms"][0]["terms"], seen["difference"]) == ("new", 3 * 7_000_000 - 2 * PRICE)
        change(stage, check_out=day(13))
        stage.check(pay(stage, till))
        run_jobs()
        assert [one["penalty"] for one in shown(stage)["cancellation"]["windows"][0]["windows"]] == ["percent"]

    def test_terms_that_are_kept_are_those_it_was_sold_under(self, stage: Stage, till: Till, run_jobs: Jobs) -> None:
        before = shown(stage)["cancellation"]["windows"]
        sell(stage.hotel, ALL)
        change(stage, check_out=day(13))
        stage.check(pay(stage, till))
        run_jobs()
        assert shown(stage)["cancellation"]["windows"] == before

    def test_charges_are_those_of_the_whole_stay(self, api: Api, till: Till, run_jobs: Jobs) -> None:
        """A tax on top, a levy inside, an extra adult: of the nights as they are priced, old and new."""
        hotel = sell(factories.hotel(), HALF)
        factories.charge("VAT", 750)
        factories.charge("Levy", 500, is_included=True)
        stage = confirm(Stage(api, hotel), till, run_jobs)
        assert stage.total == 2 * PRICE * 1075 // 1000
        self.dearer()
        rooms = 2 * PRICE + 7_000_000
        seen = preview(stage, check_out=day(13)).json
        assert (seen["rooms_amount"], seen["charges_amount"]) == (rooms, rooms * 75 // 1000)
        assert [(one["amount"], one["is_included"]) for one in seen["charges"]] != []
        change(stage, check_out=day(13))
        stage.check(pay(stage, till))
        run_jobs()
        now = shown(stage)
        assert (now["total_amount"], now["paid_amount"]) == (rooms * 1075 // 1000, rooms * 1075 // 1000)
        assert sorted(one["is_included"] for one in now["charges"]) == [False, True]
        cancelled = stage.guest.post(f"/bookings/{stage.booking_id}/cancel", {}, key=new_key()).json["cancelled"]
        assert cancelled["penalty_amount"] + cancelled["refund_amount"] == now["total_amount"]
        assert cancelled["penalty_amount"] == now["total_amount"] // 2
        run_jobs()

    def test_too_late_to_arrive_is_not_said_to_who_arrives_then_anyway(self, stage: Stage) -> None:
        run("UPDATE rate_plans SET lead_days = 30")
        assert preview(stage, check_out=day(13)).status_code == 200
        refused = preview(stage, check_in=day(9))
        assert (refused.status_code, refused.json["reasons"][0]["reason"]) == (422, "lead_time")

    def test_what_he_has_is_not_closed_to_him(self, stage: Stage) -> None:
        run("UPDATE rate_spans SET days = daterange(lower(days), current_date + 12)")
        run("""
            INSERT INTO rate_spans (rate_plan_id, days, price)
            SELECT id, daterange(current_date + 12, current_date + 400), price FROM rate_plans
        """)
        run("UPDATE rate_spans SET stop_sell = true, closed_to_arrival = true WHERE upper(days) = current_date + 12")
        assert preview(stage, check_out=day(13)).status_code == 200
        refused = preview(stage, check_in=day(9))
        assert (refused.status_code, refused.json["code"]) == (422, "not_on_sale")


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            ({}, 422, "nothing_changes"),
            ({"check_in": CHECK_IN, "check_out": CHECK_IN + NIGHTS}, 422, "nothing_changes"),
            ({"check_out": CHECK_IN}, 422, "invalid_stay"),
            ({"check_in": -1}, 422, "not_on_sale"),
            ({"check_out": CHECK_IN + 31}, 422, "invalid_stay"),
            ({"check_out": 13, "expected_total": 1}, 409, "price_changed"),
            ({"rooms": []}, 422, "validation_error"),
            ({"rooms": [{"adults": 1}]}, 422, "validation_error"),
            ({"rooms": [{"booking_room_id": str(UUID(int=1))}]}, 422, "unknown_booking_room"),
            ({"total_amount": 1}, 422, "validation_error"),
        ],
    )
    def test_it_is_said_why_and_nothing_is_done(self, stage: Stage, body: Any, status: int, code: str) -> None:
        days = {name: day(value) if name.startswith("check") else value for name, value in body.items()}
        for answer in (change(stage, **days), preview(stage, **days)):
            assert (answer.status_code, answer.json["code"]) == (status, code), answer.text
        assert (rows("booking_changes"), taken()) == ([], [of(10, 12)])

    def test_a_plan_of_another_payment_timing(self, stage: Stage) -> None:
        room = {"booking_room_id": shown(stage)["rooms"][0]["id"], "rate_plan_id": str(stage.hotel.only.pay_at_hotel)}
        assert change(stage, rooms=[room]).json["code"] == "mixed_payment_timing"

    def test_the_same_room_twice(self, stage: Stage) -> None:
        room = {"booking_room_id": shown(stage)["rooms"][0]["id"]}
        assert change(stage, rooms=[room, room]).status_code == 422

    def test_a_difference_that_no_payment_can_carry(self, stage: Stage) -> None:
        run("UPDATE rate_spans SET price = 1")
        assert change(stage, check_out=day(13)).json["code"] == "amount_out_of_range"

    def test_a_hold_a_begun_stay_and_a_stopped_hotel(self, stage: Stage, api: Api) -> None:
        held = Stage(api)
        assert change(held, check_out=day(13)).json["code"] == "not_changeable"
        run("UPDATE hotels SET status = 'paused'")
        assert change(stage, check_out=day(13)).json["code"] == "not_on_sale"
        run("UPDATE hotels SET status = 'active'")
        run("UPDATE bookings SET stay = daterange(current_date, current_date + 2) WHERE status = 'confirmed'")
        assert change(stage, check_out=day(3)).json["code"] == "not_changeable"
        assert shown(stage)["actions"] == ["cancel"]
        run("UPDATE bookings SET stay = daterange(current_date + 10, current_date + 12) WHERE status = 'confirmed'")

    @pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Africa/Lagos"])
    def test_case_66_the_day_of_check_in_is_that_on_the_hotels_wall(self, api: Api, zone: str) -> None:
        guest, booking = at_hotel(api, factories.hotel(time_zone=zone))
        today = datetime.now(ZoneInfo(zone)).date()
        allowed = {}
        for days in (-1, 0, 1):
            run("UPDATE bookings SET stay = daterange(:first, :first + 3)", first=today + timedelta(days=days))
            allowed[days] = guest.get(f"/bookings/{booking['id']}").json["actions"]
        assert allowed == {-1: [], 0: ["cancel"], 1: ["cancel", "change"]}
        run("UPDATE bookings SET stay = daterange(current_date + 10, current_date + 12)")

    def test_a_stranger_sees_nothing(self, stage: Stage, api: Api) -> None:
        stranger = api.as_(factories.person())
        for path in ("change", "change/preview"):
            answer = stranger.post(f"/bookings/{stage.booking_id}/{path}", {"check_out": day(13)}, key=new_key())
            assert answer.status_code == 404
        assert rows("booking_changes") == []

    def test_one_key_changes_once(self, stage: Stage) -> None:
        key = new_key()
        first, again = (change(stage, key=key, check_out=day(11)) for _ in range(2))
        assert (first.status_code, again.status_code, again.headers["Idempotent-Replayed"]) == (200, 200, "true")
        assert (len(rows("booking_changes")), len(promised("bookings.refund_due"))) == (1, 1)
        assert change(stage, key=key, check_out=day(14)).json["code"] == "idempotency_mismatch"


class TestByTheHotel:
    def test_the_guest_is_asked_by_mail_and_has_a_day(self, stage: Stage, api: Api, till: Till, run_jobs: Jobs) -> None:
        desk = api.as_(factories.member(stage.hotel.id, "hotel_admin"))
        path = f"/hotels/{stage.hotel.id}/bookings/{stage.booking_id}/change"
        assert desk.post(f"{path}/preview", {"check_out": day(13)}).json["due_amount"] == PRICE
        answer = desk.post(path, {"check_out": day(13)}, key=new_key())
        assert (answer.status_code, answer.json["change"]["asked_by"]) == (200, "hotel")
        (row,) = rows("booking_changes")
        assert row["hold_expires_at"] - row["created_at"] > timedelta(hours=23)
        (mail,) = mails("change_waiting")
        assert "has prepared a change" in mail["text"]
        assert f"/bookings/{shown(stage)['reference']}" in mail["text"]
        (line,) = rows("audit_log", "verb = 'booking.change'")
        assert (line["before"]["check_out"], line["after"]["check_out"]) == (day(12), day(13))
        stage.check(pay(stage, till))
        run_jobs()
        assert shown(stage)["check_out"] == day(13)

    def test_another_hotels_booking_is_not_there(self, stage: Stage, api: Api) -> None:
        elsewhere = factories.hotel()
        desk = api.as_(factories.member(elsewhere.id))
        for path in ("change", "change/preview"):
            body = {"check_out": day(13)}
            answer = desk.post(f"/hotels/{elsewhere.id}/bookings/{stage.booking_id}/{path}", body, key=new_key())
            assert answer.status_code == 404
        assert rows("booking_changes") == []


def test_a_payment_that_is_recorded_twice_applies_a_change_once(stage: Stage, till: Till, run_jobs: Jobs) -> None:
    change(stage, check_out=day(14))
    pay(stage, till)
    payment_id = stage.payments[-1]["id"]
    verify.verify(payment_id)
    run("DELETE FROM outbox WHERE name LIKE 'payments.%'")
    verify.verify(payment_id)
    assert promised("payments.confirm_paid") == ["payments.confirm_paid"]
    run_jobs()
    paid_for.paid(payment_id)
    assert (shown(stage)["revision"], stage.booking["paid_amount"]) == (1, 4 * PRICE)
