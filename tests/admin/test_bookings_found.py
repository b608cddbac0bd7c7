"""Any booking and any payment, found by the platform's people; a booking looked at."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app.admin.period import HOME, Period, midnight
from app.core.columns import new_id
from app.core.db import transaction
from tests import factories
from tests.admin.plans import analyze, explained
from tests.api import Api, new_key
from tests.hotels.people import people_of, rows
from tests.payments.stage import run
from tests.surface import content

EVERYBODY_ELSE = {"nobody": 401, "guest": 403, "other_owner": 403, "staff": 403, "owner": 403}


@pytest.fixture
def platform(api: Api) -> Api:
    return api.as_(factories.person(role="platform_admin"))


def book(api: Api, hotel: factories.HotelForTests, *, plan: str = "pay_now", **members: Any) -> dict[str, Any]:
    request = factories.booking_request(hotel, **members)
    request["rooms"][0]["rate_plan_id"] = str(getattr(hotel.only, plan))
    answer = api.post("/bookings", request, key=new_key())
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json
    return told


def guest_of(email: str) -> dict[str, str]:
    return {"name": "Ada Obi", "email": email, "phone": "+2348000000002"}


def found(platform: Api, what: str = "bookings", **query: Any) -> list[str]:
    answer = platform.get(f"/admin/{what}", **query)
    assert answer.status_code == 200, answer.text
    return [item["reference"] for item in answer.json["items"]]


class TestBookings:
    def test_by_what_people_write_to_us(self, api: Api, platform: Api) -> None:
        hotel, other = factories.hotel({"Deluxe": 5}), factories.hotel(name="Amber House")
        ada = factories.person(email="ada@example.com")
        hers = book(api.as_(ada), hotel, guest=guest_of("work@example.com"))["reference"]
        without = book(api, hotel, plan="pay_at_hotel", guest=guest_of("ada@example.com"))["reference"]
        third = book(api, other, guest=guest_of("else@example.com"))["reference"]
        run("UPDATE bookings SET payment_status = 'refund_due' WHERE reference = :name", name=third)
        assert found(platform) == [third, without, hers]
        assert found(platform, reference=hers.lower()) == [hers]
        assert found(platform, reference="SS-NOBODYS") == []
        assert found(platform, email="ADA@example.com") == [without, hers]  # as guest, and as the account
        assert found(platform, email="work@example.com") == [hers]
        assert found(platform, hotel_id=str(other.id)) == [third]
        assert found(platform, status="confirmed") == [without]
        assert found(platform, payment_status="refund_due") == [third]
        assert found(platform, hotel_id=str(hotel.id), status="pending_payment") == [hers]
        assert found(platform, email="ada@example.com", status="expired") == []
        (shown,) = platform.get("/admin/bookings", reference=third).json["items"]
        assert (shown["hotel_name"], shown["user_id"], shown["guest_name"]) == ("Amber House", None, "Ada Obi")
        assert not {"guest_phone", "token_version", "special_requests"} & set(shown)

    def test_by_days_in_nigeria(self, api: Api, platform: Api) -> None:
        """A booking of half past midnight in Lagos is one of that day, though in UTC it is the day before."""
        hotel = factories.hotel({"Deluxe": 5})
        early, late = (book(api, hotel)["reference"] for _ in range(2))
        for name, at in ((early, "2026-06-30 22:59:59+00"), (late, "2026-06-30 23:00:00+00")):
            run("UPDATE bookings SET created_at = :at WHERE reference = :name", name=name, at=at)
        assert found(platform, **{"from": "2026-07-01"}) == [late]
        assert found(platform, to="2026-06-30") == [early]
        assert found(platform, **{"from": "2026-06-30", "to": "2026-07-01"}) == [late, early]
        assert found(platform, **{"from": "2026-07-02"}) == []

    def test_pages_stay_whole_while_guests_book(
        self, api: Api, platform: Api, count_statements: Callable[[], Any]
    ) -> None:
        hotel = factories.hotel({"Deluxe": 10})
        there = [book(api, hotel)["reference"] for _ in range(5)][::-1]
        seen: list[str] = []
        cursor: dict[str, str] = {}
        for _ in range(3):
            with count_statements() as statements:
                page = platform.get("/admin/bookings", limit=2, **cursor).json
            assert len(statements) == 2  # who asks, and the page
            seen += [item["reference"] for item in page["items"]]
            cursor = {"cursor": page["next_cursor"]}
            book(api, hotel)
        assert page["next_cursor"] is None
        assert seen == there

    @pytest.mark.parametrize(
        "query",
        [
            {"from": "2026-02-30"},
            {"from": "yesterday"},
            {"to": "20261124"},
            {"to": "2026-11-24T10:00:00Z"},
            {"from": "0001-01-01"},
            {"to": "9999-12-31"},
            {"from": "2026-11-25", "to": "2026-11-24"},
            {"email": "ada"},
            {"hotel_id": "1"},
            {"status": "paid"},
            {"payment_status": "confirmed"},
            {"reference": "x" * 33},
            {"guest": "ada"},
            {"limit": 101},
            {"cursor": "AAAAAAAAAAA"},  # of a list that is numbered
            {"cursor": "x"},
        ],
    )
    def test_what_is_not_known_is_refused(self, platform: Api, query: dict[str, str]) -> None:
        assert platform.get("/admin/bookings", **query).status_code == 422

    @pytest.mark.parametrize(
        "query", [{}, {"email": "ada@example.com"}, {"reference": "SS-2222222"}, {"hotel_id": "{hotel}"}]
    )
    def test_one_index_or_another_is_asked(self, api: Api, platform: Api, query: dict[str, str]) -> None:
        hotel = factories.hotel()
        book(api, hotel)
        multiply()
        wanted = {name: value.format(hotel=hotel.id) for name, value in query.items()}
        with explained("bookings") as plans:
            found(platform, **wanted)
        assert len(plans) == 1
        assert "Seq Scan on bookings" not in plans[0]


COLUMNS = """
SELECT string_agg(column_name, ', ') FROM information_schema.columns
WHERE table_name = 'bookings' AND is_generated = 'NEVER' AND column_name NOT IN ('id', 'reference', 'hotel_id', 'guest_email')
"""
COPIES = """
INSERT INTO bookings (id, reference, hotel_id, guest_email, {0})
SELECT gen_random_uuid(), 'SS-C' || n, gen_random_uuid(), 'copy' || n || '@example.com', {0}
FROM (SELECT * FROM bookings LIMIT 1) AS one, generate_series(1, 3000) AS n
"""


def multiply() -> None:
    """Thousands of bookings, as far as lists are concerned: nobody checks what they consist of, and whose they are."""
    with transaction() as session:
        session.execute(text("SET LOCAL session_replication_role = replica"))
        session.execute(text(COPIES.format(session.scalar(text(COLUMNS)))))
    analyze("bookings")


class TestOneBooking:
    def test_all_that_happened_to_it(self, api: Api, platform: Api, count_statements: Callable[[], Any]) -> None:
        ada = factories.person()
        me, hotel = api.as_(ada), factories.hotel()
        made = book(me, hotel, plan="pay_at_hotel", special_requests="A quiet room")
        me.post(f"/bookings/{made['id']}/cancel", {"reason": "Plans have changed"}, key=new_key())
        with count_statements() as statements:
            shown = platform.get(f"/admin/bookings/{made['id']}").json
        mine = me.get(f"/bookings/{made['id']}").json
        for moving in (shown["booking"], mine):
            moving.pop("server_now")
        assert shown["booking"] == mine
        assert shown["user_id"] == str(ada.id)
        assert shown["cancelled_at"] > shown["confirmed_at"]
        moves = [(line["from_status"], line["to_status"], line["actor"]) for line in shown["history"]]
        assert moves[-1] == ("confirmed", "cancelled", "guest")
        assert shown["history"][-1]["reason"] == "Plans have changed"
        fates = {(mail["kind"], mail["state"]) for mail in shown["mails"]}
        assert fates == {
            (kind, "waiting")
            for kind in ("booking_confirmed", "booking_confirmed_hotel", "booking_cancelled", "booking_cancelled_hotel")
        }
        assert not {"text", "html", "subject", "attachments"} & set(shown["mails"][0])
        assert (shown["payments"], shown["refunds"]) == ([], [])
        assert len(statements) == 7  # who asks; the booking, payments, refunds, history, mails; the line in the log

    def test_no_token_of_a_guest_without_an_account(self, api: Api, platform: Api) -> None:
        made = book(api, factories.hotel(), plan="pay_at_hotel")
        answer = platform.get(f"/admin/bookings/{made['id']}")
        assert made["booking_token"] not in answer.text
        assert "token" not in answer.text
        assert answer.json["user_id"] is None

    def test_its_money_without_the_link_to_pay(self, api: Api, platform: Api) -> None:
        me = api.as_(factories.person())
        made = book(me, factories.hotel())
        payment = me.post(f"/bookings/{made['id']}/payments", {}, key=new_key()).json
        answer = platform.get(f"/admin/bookings/{made['id']}")
        (attempt,) = answer.json["payments"]
        assert (attempt["reference"], attempt["status"]) == (payment["reference"], "initialized")
        assert payment["authorization_url"] not in answer.text
        assert payment["access_code"] not in answer.text

    def test_looking_leaves_a_line_and_looking_in_vain_none(self, api: Api, platform: Api) -> None:
        made = book(api, factories.hotel())
        assert platform.get(f"/admin/bookings/{new_id()}").status_code == 404
        found(platform)
        assert rows("SELECT * FROM audit_log") == []
        assert platform.get(f"/admin/bookings/{made['id']}").status_code == 200
        (line,) = rows("SELECT * FROM audit_log")
        assert (line["verb"], str(line["subject_id"]), line["hotel_id"]) == ("booking.view", made["id"], None)
        assert (line["before"], line["after"]) == (None, None)


class TestPayments:
    def test_found(self, api: Api, platform: Api) -> None:
        hotel = factories.hotel({"Deluxe": 3})
        paid = []
        for _ in range(2):
            me = api.as_(factories.person())
            made = book(me, hotel)
            paid.append(me.post(f"/bookings/{made['id']}/payments", {}, key=new_key()).json)
        first, second = (payment["reference"] for payment in paid)
        run("UPDATE payments SET status = 'review' WHERE reference = :name", name=first)
        assert found(platform, "payments") == [second, first]
        assert found(platform, "payments", reference=first) == [first]
        assert found(platform, "payments", status="review") == [first]
        assert found(platform, "payments", booking_id=paid[1]["booking_id"]) == [second]
        assert found(platform, "payments", booking_id=paid[1]["booking_id"], status="review") == []
        page = platform.get("/admin/payments", limit=1).json
        assert [item["reference"] for item in page["items"]] == [second]
        assert found(platform, "payments", cursor=page["next_cursor"]) == [first]
        (shown,) = platform.get("/admin/payments", reference=first).json["items"]
        assert shown["booking_reference"].startswith("SS-")
        assert not {"authorization_url", "access_code", "guest_email"} & set(shown)

    @pytest.mark.parametrize(
        "query", [{"status": "paid"}, {"booking_id": "1"}, {"reference": ""}, {"email": "a@example.com"}, {"from": "x"}]
    )
    def test_what_is_not_known_is_refused(self, platform: Api, query: dict[str, str]) -> None:
        assert platform.get("/admin/payments", **query).status_code == 422


def test_a_period_is_of_whole_days() -> None:
    assert midnight(datetime(2026, 7, 1, tzinfo=UTC).date()) == datetime(2026, 6, 30, 23, tzinfo=UTC)
    assert HOME.utcoffset(datetime(2026, 7, 1)) == timedelta(hours=1)  # noqa: DTZ001
    assert Period().holds("anything") == []


@pytest.mark.parametrize("path", ["bookings", "bookings/{booking}", "payments", "payments/{payment}"])
def test_the_platforms_people_alone(api: Api, path: str) -> None:
    hotel = factories.hotel()
    people = people_of(api, hotel.id)
    made = book(people.guest, hotel)
    paid = people.guest.post(f"/bookings/{made['id']}/payments", {}, key=new_key()).json
    target = f"/admin/{path.format(booking=made['id'], payment=paid['reference'])}"
    people.refused(lambda someone: someone.get(target), **EVERYBODY_ELSE)
    before = content()
    assert people.platform.get(target).status_code == 200
    after = content()
    leaves_a_line = path == "bookings/{booking}"
    assert {name for name in after if after[name] != before[name]} == ({"audit_log"} if leaves_a_line else set())
