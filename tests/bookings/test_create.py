"""POST /bookings: what it writes, what it refuses, and that refusals leave nothing behind."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.core.db import reading, transaction
from tests import factories
from tests.api import Api, new_key

pytestmark = pytest.mark.usefixtures("application")
MOST_STATEMENTS = 18


def rows(table: str, where: str = "true") -> int:
    with reading() as session:
        return int(session.scalar(text(f"SELECT count(*) FROM {table} WHERE {where}")) or 0)


def events(name: str) -> list[dict[str, Any]]:
    with reading() as session:
        found = session.scalars(
            text("SELECT payload FROM hotel_events WHERE name = :name ORDER BY seq"), {"name": name}
        )
        return list(found)


def nothing_written() -> bool:
    tables = (
        "bookings",
        "booking_rooms",
        "booking_nights",
        "allocations",
        "hotel_events",
        "outbox",
        "idempotency_keys",
    )
    return [rows(table) for table in tables] == [0] * len(tables)


def test_a_room_is_held_and_the_hotel_is_told(api: Api) -> None:
    hotel = factories.hotel({"Deluxe": 2})
    guest = api.as_(factories.person())
    answer = guest.post("/bookings", factories.booking_request(hotel), key=new_key())
    assert answer.status_code == 201, answer.text
    booking = answer.json
    assert (booking["status"], booking["payment_status"], booking["nights"]) == ("pending_payment", "unpaid", 2)
    assert booking["total_amount"] == 10_000_000
    assert [night["amount"] for night in booking["rooms"][0]["nights"]] == [5_000_000, 5_000_000]
    assert booking["actions"] == ["pay", "cancel"]
    assert booking["reference"].startswith("SS-")
    assert booking["hold_expires_at"] > booking["server_now"]
    assert rows("allocations", "hold_expires_at > now() AND hold_expires_at < now() + interval '901 s'") == 1
    (event,) = events("room_status_changed")
    assert (event["seq"], event["status"], event["room_id"]) == (1, "locked", booking["rooms"][0]["room_id"])
    assert (event["check_in"], event["check_out"]) == (booking["check_in"], booking["check_out"])
    assert rows("outbox", "kind = 'event'") == 1
    assert guest.get(f"/bookings/{booking['id']}").json["reference"] == booking["reference"]


@pytest.mark.parametrize("nights", [1, 30])
def test_it_costs_few_statements_whatever_the_nights(
    api: Api, count_statements: Callable[[], Any], nights: int
) -> None:
    hotel = factories.hotel({"Deluxe": 3})
    guest = api.as_(factories.person())
    with count_statements() as statements:
        answer = guest.post("/bookings", factories.booking_request(hotel, nights=nights), key=new_key())
    assert answer.status_code == 201
    assert len(statements) <= MOST_STATEMENTS, str(statements)


def test_pay_at_hotel_is_confirmed_at_once(api: Api) -> None:
    hotel = factories.hotel()
    body = factories.booking_request(hotel)
    body["rooms"][0]["rate_plan_id"] = str(hotel.only.pay_at_hotel)
    answer = api.as_(factories.person()).post("/bookings", body, key=new_key())
    assert (answer.status_code, answer.json["status"], answer.json["hold_expires_at"]) == (201, "confirmed", None)
    assert rows("allocations", "hold_expires_at IS NULL") == 1
    assert [event["status"] for event in events("room_status_changed")] == ["booked"]
    assert len(events("new_booking")) == 1
    assert rows("outgoing_emails") == 2


def test_several_rooms_are_all_or_nothing(api: Api) -> None:
    hotel = factories.hotel({"Deluxe": 2, "Suite": 1})
    guest = api.as_(factories.person())
    deluxe, suite = (factories.booking_request(hotel, name)["rooms"][0] for name in ("Deluxe", "Suite"))
    body = factories.booking_request(hotel, "Deluxe", rooms=[deluxe, suite, suite])
    answer = guest.post("/bookings", body, key=new_key())
    assert (answer.status_code, answer.json["code"]) == (409, "room_taken")
    assert nothing_written()
    body["rooms"] = [deluxe, deluxe, suite]
    answer = guest.post("/bookings", body, key=new_key())
    assert answer.status_code == 201
    assert rows("allocations") == 3
    assert answer.json["total_amount"] == 2 * (2 * 5_000_000 + 10_000_000)


def test_a_named_room_that_is_taken_is_refused_with_other_offers(api: Api) -> None:
    hotel = factories.hotel({"Deluxe": 2})
    body = factories.booking_request(hotel)
    room = {"room_id": str(hotel.only.rooms[0]), "rate_plan_id": str(hotel.only.pay_now), "adults": 1, "children": []}
    body["rooms"] = [room]
    assert api.as_(factories.person()).post("/bookings", body, key=new_key()).status_code == 201
    answer = api.as_(factories.person()).post("/bookings", body, key=new_key())
    assert (answer.status_code, answer.json["code"]) == (409, "room_taken")
    assert {offer["rooms_left"] for offer in answer.json["offers"]} == {1}
    assert rows("bookings") == 1


def test_another_expected_total_is_told_the_price(api: Api) -> None:
    hotel = factories.hotel()
    body = factories.booking_request(hotel, expected_total=9_999_999)
    answer = api.as_(factories.person()).post("/bookings", body, key=new_key())
    assert (answer.status_code, answer.json["code"]) == (409, "price_changed")
    assert answer.json["quote"]["total_amount"] == 10_000_000
    assert nothing_written()


def test_a_guest_holds_three_rooms_at_most(api: Api) -> None:
    hotel = factories.hotel({"Deluxe": 5})
    guest = api.as_(factories.person())
    for _ in range(3):
        assert guest.post("/bookings", factories.booking_request(hotel), key=new_key()).status_code == 201
    answer = guest.post("/bookings", factories.booking_request(hotel), key=new_key())
    assert (answer.status_code, answer.json["code"]) == (429, "too_many_holds")
    assert 1 <= int(answer.headers["Retry-After"]) <= 900
    assert rows("bookings") == 3


def test_case_05_a_lapsed_hold_that_nobody_swept_is_in_nobodys_way(api: Api) -> None:
    hotel = factories.hotel()
    first = api.as_(factories.person()).post("/bookings", factories.booking_request(hotel), key=new_key())
    assert first.status_code == 201
    with transaction() as session:
        session.execute(text("UPDATE bookings SET hold_expires_at = now(), release_at = now()"))
        session.execute(text("UPDATE allocations SET hold_expires_at = now()"))
    second = api.as_(factories.person()).post("/bookings", factories.booking_request(hotel), key=new_key())
    assert second.status_code == 201
    assert [event["status"] for event in events("room_status_changed")] == ["locked", "available", "locked"]
    assert rows("bookings", "status = 'pending_payment'") == 2  # the sweep, not the taker, ends the first


def test_case_02_adjacent_stays_share_a_room(api: Api) -> None:
    hotel = factories.hotel()
    guest = api.as_(factories.person())
    assert guest.post("/bookings", factories.booking_request(hotel, start=10), key=new_key()).status_code == 201
    assert guest.post("/bookings", factories.booking_request(hotel, start=12), key=new_key()).status_code == 201
    assert rows("allocations") == 2


@pytest.mark.parametrize(("start", "nights"), [(11, 2), (10, 2), (9, 2), (9, 5), (11, 1)])
def test_case_03_overlapping_stays_do_not(api: Api, start: int, nights: int) -> None:
    hotel = factories.hotel()
    taken = factories.booking_request(hotel, start=10, nights=3)
    assert api.as_(factories.person()).post("/bookings", taken, key=new_key()).status_code == 201
    answer = api.as_(factories.person()).post(
        "/bookings", factories.booking_request(hotel, start=start, nights=nights), key=new_key()
    )
    assert (answer.status_code, answer.json["code"]) == (409, "room_taken")
    assert rows("bookings") == 1


class TestKeys:
    def test_case_07_the_same_request_again_is_the_same_booking(self, api: Api) -> None:
        guest, key = api.as_(factories.person()), new_key()
        body = factories.booking_request(factories.hotel())
        first, again = (guest.post("/bookings", body, key=key) for _ in range(2))
        assert (first.status_code, again.status_code) == (201, 201)
        assert first.json["id"] == again.json["id"]
        assert "Idempotent-Replayed" not in first.headers
        assert again.headers["Idempotent-Replayed"] == "true"
        assert rows("bookings") == 1

    def test_case_09_the_same_key_with_another_body_is_refused(self, api: Api) -> None:
        guest, key, hotel = api.as_(factories.person()), new_key(), factories.hotel({"Deluxe": 2})
        assert guest.post("/bookings", factories.booking_request(hotel), key=key).status_code == 201
        answer = guest.post("/bookings", factories.booking_request(hotel, nights=3), key=key)
        assert (answer.status_code, answer.json["code"]) == (422, "idempotency_mismatch")
        assert rows("bookings") == 1

    @pytest.mark.parametrize(
        ("key", "code"),
        [
            (None, "idempotency_key_required"),
            ("x" * 10_000, "idempotency_key_invalid"),
            ("a b", "idempotency_key_invalid"),
            ("tab\tinside", "idempotency_key_invalid"),
            ("naïve", "idempotency_key_invalid"),
        ],
    )
    def test_case_11_a_key_is_needed_and_must_be_sane(self, api: Api, key: str | None, code: str) -> None:
        guest = api.as_(factories.person())
        answer = guest.post("/bookings", factories.booking_request(factories.hotel()), key=key)
        assert (answer.status_code, answer.json["code"]) == (400, code)
        assert nothing_written()

    def test_case_12_anothers_key_is_another_key(self, api: Api) -> None:
        hotel, key = factories.hotel({"Deluxe": 2}), new_key()
        body = factories.booking_request(hotel)
        first, second = (api.as_(factories.person()).post("/bookings", body, key=key) for _ in range(2))
        assert (first.status_code, second.status_code) == (201, 201)
        assert first.json["id"] != second.json["id"]

    def test_a_refusal_stores_nothing_so_the_key_works_later(self, api: Api) -> None:
        hotel, key = factories.hotel(), new_key()
        body = factories.booking_request(hotel)
        taken = api.as_(factories.person())
        held = taken.post("/bookings", body, key=new_key()).json
        guest = api.as_(factories.person())
        assert guest.post("/bookings", body, key=key).status_code == 409
        assert taken.post(f"/bookings/{held['id']}/cancel", {}, key=new_key()).status_code == 200
        assert guest.post("/bookings", body, key=key).status_code == 201


class TestWhoMayNot:
    def test_a_login_that_is_no_good(self, api: Api) -> None:
        """Nobody books without an account by mistake."""
        answer = Api(api.app, "letmein").post("/bookings", factories.booking_request(factories.hotel()), key=new_key())
        assert (answer.status_code, answer.json["code"]) == (401, "token_invalid")
        assert nothing_written()

    def test_case_62_others_bookings_are_not_there(self, api: Api) -> None:
        hotel = factories.hotel()
        mine = api.as_(factories.person()).post("/bookings", factories.booking_request(hotel), key=new_key()).json
        stranger, other_staff = api.as_(factories.person()), api.as_(factories.member(factories.hotel().id))
        for someone in (stranger, other_staff):
            assert someone.get(f"/bookings/{mine['id']}").status_code == 404
            assert someone.post(f"/bookings/{mine['id']}/cancel", {}, key=new_key()).status_code == 404
            assert someone.get("/bookings").json["items"] == []
        assert rows("bookings", "status = 'pending_payment'") == 1
        assert rows("idempotency_keys") == 1

    def test_the_hotels_people_and_the_platforms_see_it_but_do_not_cancel_as_guest(self, api: Api) -> None:
        hotel = factories.hotel()
        mine = api.as_(factories.person()).post("/bookings", factories.booking_request(hotel), key=new_key()).json
        staff = api.as_(factories.member(hotel.id, "hotel_staff"))
        platform = api.as_(factories.person(role="platform_admin"))
        for someone in (staff, platform):
            assert someone.get(f"/bookings/{mine['id']}").status_code == 200
            assert someone.post(f"/bookings/{mine['id']}/cancel", {}, key=new_key()).status_code == 404
        assert rows("bookings", "status = 'pending_payment'") == 1

    @pytest.mark.parametrize(
        "member", ["status", "user_id", "total_amount", "hold_expires_at", "is_admin", "reference"]
    )
    def test_case_63_nobody_sets_what_is_ours_to_set(self, api: Api, member: str) -> None:
        body = factories.booking_request(factories.hotel()) | {member: "confirmed"}
        answer = api.as_(factories.person()).post("/bookings", body, key=new_key())
        assert (answer.status_code, answer.json["code"]) == (422, "validation_error")
        assert answer.json["errors"]["json"] == {member: ["Unknown field."]}
        assert nothing_written()


def test_unknown_ids_are_a_rule_not_a_crash(api: Api) -> None:
    hotel = factories.hotel()
    guest = api.as_(factories.person())
    body = factories.booking_request(hotel)
    unknown_room = {"room_id": str(uuid4()), "rate_plan_id": str(hotel.only.pay_now), "adults": 1, "children": []}
    wrong = [
        body | {"hotel_id": str(uuid4())},
        body | {"rooms": [body["rooms"][0] | {"rate_plan_id": str(uuid4())}]},
        body | {"rooms": [body["rooms"][0] | {"room_type_id": str(uuid4())}]},
        body | {"rooms": [unknown_room]},
    ]
    answers = [guest.post("/bookings", each, key=new_key()) for each in wrong]
    assert [answer.status_code for answer in answers] == [422] * 4
    assert nothing_written()


def test_my_bookings_are_listed_newest_first_page_by_page(api: Api) -> None:
    hotel = factories.hotel({"Deluxe": 3})
    guest = api.as_(factories.person())
    made = [guest.post("/bookings", factories.booking_request(hotel), key=new_key()).json["id"] for _ in range(3)]
    first = guest.get("/bookings", limit=2).json
    second = guest.get("/bookings", limit=2, cursor=first["next_cursor"]).json
    assert [item["id"] for item in first["items"] + second["items"]] == made[::-1]
    assert second["next_cursor"] is None
    assert guest.get("/bookings", cursor="nonsense!").status_code == 422
