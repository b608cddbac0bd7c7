"""Erasing a person: who may not yet, what is gone, what stays, and that nobody can tell who it was."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from werkzeug.test import TestResponse

from app.core.db import reading, transaction
from app.erasure import service
from tests import factories
from tests.api import Api, new_key
from tests.auth import rows
from tests.auth.places import log_in
from tests.factories import PASSWORD, HotelForTests, Person
from tests.races.crowd import at_once, statuses
from tests.surface import content

CONTACT = {"name": "Ada Obi", "email": "ada.at.work@example.com", "phone": "+2348000000002"}
WISH = "A quiet room away from the lift"
NAMES = ("Ada Obi", "ada.at.work@example.com", "+2348000000002", WISH, "Plans have changed")
# Every text that is written anywhere, but for the gateway's own words.
EVERYTHING = """
SELECT string_agg(t::text, ' ') FROM {} AS t
"""


def erase(me: Api, password: str = PASSWORD) -> TestResponse:
    return me.post("/users/me/erase", {"password": password})


def book(me: Api, hotel: HotelForTests, plan: str = "pay_at_hotel", start: int = 10) -> UUID:
    body = factories.booking_request(hotel, start=start, guest=CONTACT, special_requests=WISH)
    body["rooms"][0]["rate_plan_id"] = str(getattr(hotel.only, plan))
    made = me.post("/bookings", body, key=new_key())
    assert made.status_code == 201, made.text
    return UUID(made.json["id"])


def run(statement: str, **bound: Any) -> None:
    with transaction() as session:
        session.execute(text(statement), bound)


def make_past(booking_id: UUID, status: str = "checked_out") -> None:
    """The stay is over."""
    moved = "daterange(lower(stay) - 100, upper(stay) - 100)"
    run(f"UPDATE bookings SET status = :status, stay = {moved} WHERE id = :id", status=status, id=booking_id)


def booking(booking_id: UUID) -> Any:
    return rows.one("SELECT * FROM bookings WHERE id = :id", id=booking_id)


def written() -> str:
    """All that is in any table, as text."""
    with reading() as session:
        tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> ALL(:of_nobody)"
        names = session.scalars(text(tables), {"of_nobody": ["spatial_ref_sys", "amenities"]}).all()
        return " ".join(session.scalar(text(EVERYTHING.format(name))) or "" for name in names)


@pytest.fixture
def ada(application: object) -> Person:
    return factories.person(full_name="Ada Obi", phone="+2348000000002", email="ada.obi@example.com")


@pytest.fixture
def hotel(application: object) -> HotelForTests:
    return factories.hotel({"Deluxe": 3})


def test_nothing_tells_who_it_was(api: Api, ada: Person, hotel: HotelForTests, run_jobs: Callable[[], int]) -> None:
    me, elsewhere = api.as_(ada), log_in(api.app, ada, ip="198.51.100.7", **{"User-Agent": "Phone/1.0"}).json
    stay, cancelled = book(me, hotel), book(me, hotel, start=20)
    cancelling = me.post(f"/bookings/{cancelled}/cancel", {"reason": "Plans have changed"}, key=new_key())
    assert cancelling.status_code == 200
    run_jobs()
    make_past(stay)
    me.post("/users/me/email", {"email": "next@example.com", "password": PASSWORD})
    before, seen = booking(stay), written()
    assert [name for name in (*NAMES, ada.email, "next@example.com", "Phone/1.0") if name not in seen] == []
    answer = erase(me)
    assert (answer.status_code, answer.data) == (204, b"")
    left = written()
    assert [name for name in (*NAMES, ada.email, "next@example.com", "198.51.100.7", "Phone/1.0") if name in left] == []
    assert [word for word in ("ada obi", "ada.obi") if word in left.lower()] == []
    after = booking(stay)
    assert (after.guest_name, after.guest_email) == ("Erased guest", f"erased-{stay}@erased.invalid")
    assert (after.guest_phone, after.special_requests, after.cancel_reason) == (None, None, None)
    kept = ("id", "reference", "user_id", "hotel_id", "status", "stay", "total_amount", "payment_status", "created_at")
    assert [getattr(after, name) for name in kept] == [getattr(before, name) for name in kept]
    for token in (me.token, elsewhere["access_token"]):
        assert Api(api.app, token).get("/users/me").json["code"] == "session_ended"
    assert api.post("/auth/refresh", {"refresh_token": elsewhere["refresh_token"]}).status_code == 401
    assert log_in(api.app, ada).json["code"] == "bad_credentials"


def test_the_person_is_nobody(api: Api, ada: Person) -> None:
    run("UPDATE users SET terms_accepted_at = clock_timestamp(), marketing_accepted_at = clock_timestamp()")
    assert erase(api.as_(ada)).status_code == 204
    user = rows.user(ada.id)
    assert (user.email, user.full_name, user.phone) == (f"erased-{ada.id}@erased.invalid", "Erased guest", None)
    assert (user.status, user.role, user.password_hash) == ("erased", "guest", "!")
    assert user.erased_at is not None
    assert user.terms_accepted_at is not None
    assert (user.email_verified_at, user.marketing_accepted_at) == (None, None)
    assert [rows.count(table) for table in ("one_time_tokens", "known_addresses")] == [0, 0]
    assert log_in(api.app, user.email, "!").status_code == 401


def test_the_e_mail_is_free_again(api: Api, ada: Person) -> None:
    erase(api.as_(ada))
    body = {"email": ada.email, "password": PASSWORD, "full_name": "Somebody Else", "accepted_terms": True}
    assert api.post("/auth/register", body).status_code == 201
    me = Api(api.app, log_in(api.app, ada).json["access_token"])
    assert me.get("/bookings").json["items"] == []


def test_others_are_left_alone(api: Api, ada: Person, hotel: HotelForTests, run_jobs: Callable[[], int]) -> None:
    obi = factories.person()
    other = api.as_(obi)
    theirs = book(other, hotel)
    mails = "SELECT string_agg(m::text, ' ' ORDER BY id) AS all FROM outgoing_emails m"
    run_jobs()
    before, user, sent = booking(theirs), rows.user(obi.id), rows.one(mails)
    assert erase(api.as_(ada)).status_code == 204
    assert (booking(theirs), rows.user(obi.id), rows.one(mails)) == (before, user, sent)
    assert other.get("/users/me").status_code == 200


def test_what_he_booked_without_logging_in_goes_too(api: Api, hotel: HotelForTests) -> None:
    ada = factories.verified(email=CONTACT["email"])
    body = factories.booking_request(hotel, guest=CONTACT, special_requests=WISH)
    body["rooms"][0]["rate_plan_id"] = str(hotel.only.pay_at_hotel)
    made = api.post("/bookings", body, key=new_key())
    assert made.status_code == 201, made.text
    stay, me = UUID(made.json["id"]), api.as_(ada)
    assert erase(me).json["references"] == [booking(stay).reference]
    assert [each["id"] for each in me.get("/bookings").json["items"]] == [str(stay)]
    shown = api.showing(made.json["booking_token"])
    assert shown.post(f"/bookings/{stay}/cancel", {"reason": "Plans have changed"}, key=new_key()).status_code == 200
    assert erase(me).status_code == 204
    assert [name for name in NAMES if name in written()] == []


def test_a_stranger_who_names_the_same_e_mail_keeps_his_key(api: Api, ada: Person, hotel: HotelForTests) -> None:
    """Or erasing oneself would have somebody else's request, sent again, book twice."""
    me, key = api.as_(ada), new_key()
    make_past(book(me, hotel))
    body = factories.booking_request(hotel, start=20, guest=CONTACT)
    made = api.post("/bookings", body, key=key)
    assert (made.status_code, erase(me).status_code) == (201, 204)
    again = api.post("/bookings", body, key=key)
    assert (again.headers["Idempotent-Replayed"], again.json["id"]) == ("true", made.json["id"])


def test_mails_that_wait_are_not_sent(api: Api, ada: Person, hotel: HotelForTests, run_jobs: Callable[[], int]) -> None:
    me = api.as_(ada)
    make_past(book(me, hotel))
    assert rows.one("SELECT count(*) AS n FROM outgoing_emails WHERE sent_at IS NULL").n == 2
    assert erase(me).status_code == 204
    run_jobs()
    assert rows.one("SELECT count(*) AS n FROM outgoing_emails WHERE sent_at IS NULL AND refused_at IS NOT NULL").n == 2


def test_not_without_the_password(api: Api, ada: Person) -> None:
    me = api.as_(ada)
    before = content()
    assert (erase(me, "not-my-password").status_code, erase(me, "not-my-password").json["code"]) == (
        403,
        "wrong_password",
    )
    assert erase(api).status_code == 401
    assert me.post("/users/me/erase", {}).status_code == 422
    assert me.post("/users/me/erase", {"password": PASSWORD, "user_id": str(ada.id)}).status_code == 422
    assert content() == before
    assert [erase(me, "not-my-password").status_code for _ in range(9)] == [403] * 8 + [429]


def test_not_with_a_stay_to_come(api: Api, ada: Person, hotel: HotelForTests) -> None:
    me = api.as_(ada)
    stay, hold = book(me, hotel), book(me, hotel, "pay_now", start=20)
    before = content()
    answer = erase(me)
    assert (answer.status_code, answer.json["code"]) == (409, "has_open_bookings")
    assert answer.json["references"] == [booking(stay).reference, booking(hold).reference]
    assert content() == before


OPEN = {
    "confirmed, and leaves today": "status = 'confirmed', stay = daterange(current_date - 2, (now() AT TIME ZONE 'Africa/Lagos')::date)",
    "in the house": "status = 'checked_in', stay = daterange(current_date - 20, current_date - 18)",
    "held": "status = 'pending_payment', hold_expires_at = clock_timestamp(), release_at = clock_timestamp()",
    "money is to go back": "status = 'cancelled', payment_status = 'refund_due'",
}
CLOSED = {
    "confirmed, and left": "status = 'confirmed', stay = daterange(current_date - 5, current_date - 2)",
    "checked out": "status = 'checked_out', stay = daterange(current_date - 5, current_date - 2)",
    "did not come": "status = 'no_show', stay = daterange(current_date - 5, current_date - 2)",
    "cancelled": "status = 'cancelled'",
    "expired": "status = 'expired'",
    "given back": "status = 'cancelled', payment_status = 'refunded'",
}


@pytest.mark.parametrize("why", OPEN)
def test_not_while_a_booking_is_open(api: Api, ada: Person, hotel: HotelForTests, why: str) -> None:
    me = api.as_(ada)
    run(f"UPDATE bookings SET {OPEN[why]} WHERE id = :id", id=book(me, hotel))
    before = content()
    assert erase(me).json["code"] == "has_open_bookings"
    assert content() == before


@pytest.mark.parametrize("why", CLOSED)
def test_when_it_is_over(api: Api, ada: Person, hotel: HotelForTests, why: str) -> None:
    me = api.as_(ada)
    run(f"UPDATE bookings SET {CLOSED[why]} WHERE id = :id", id=book(me, hotel))
    assert erase(me).status_code == 204


PAYMENT = """
INSERT INTO payments (id, booking_id, reference, amount, currency, status, kept, applied_at)
VALUES (gen_random_uuid(), :id, 'ref', 100, 'NGN', :status, CASE WHEN :status = 'success' THEN true END,
        CASE WHEN :applied THEN clock_timestamp() END)
"""
REFUND = """
INSERT INTO refunds (id, payment_id, booking_id, amount, currency, reason, status)
SELECT gen_random_uuid(), id, booking_id, 100, 'NGN', 'paid_twice', :status FROM payments
"""


@pytest.mark.parametrize(
    ("status", "applied", "answered"),
    [
        ("queued", False, 409),
        ("initialized", False, 409),
        ("review", False, 409),
        ("success", False, 409),
        ("success", True, 204),
        ("failed", False, 204),
        ("abandoned", False, 204),
        ("reversed", False, 204),
    ],
)
def test_money_that_comes(
    api: Api, ada: Person, hotel: HotelForTests, status: str, applied: bool, answered: int
) -> None:
    me = api.as_(ada)
    stay = book(me, hotel)
    make_past(stay)
    run(PAYMENT, id=stay, status=status, applied=applied)
    assert erase(me).status_code == answered


@pytest.mark.parametrize(
    ("status", "answered"),
    [
        ("due", 409),
        ("requested", 409),
        ("pending", 409),
        ("processing", 409),
        ("needs_attention", 409),
        ("failed", 409),
        ("processed", 204),
    ],
)
def test_money_that_goes_back(api: Api, ada: Person, hotel: HotelForTests, status: str, answered: int) -> None:
    me = api.as_(ada)
    stay = book(me, hotel)
    make_past(stay)
    run(PAYMENT, id=stay, status="success", applied=True)
    run(REFUND, status=status)
    assert erase(me).status_code == answered
    assert rows.count("payments") == rows.count("refunds") == 1


def test_memberships_go(api: Api) -> None:
    hotel = factories.hotel()
    desk, admin = factories.member(hotel.id, "hotel_staff"), factories.member(hotel.id, "hotel_admin")
    assert erase(api.as_(desk)).status_code == 204
    assert rows.one("SELECT array_agg(user_id) AS ids FROM hotel_members").ids == [admin.id]


def test_not_the_last_admin_of_a_hotel(api: Api) -> None:
    hotel, other = factories.hotel(), factories.hotel()
    admin = factories.member(hotel.id, "hotel_admin")
    factories.member(hotel.id, "hotel_staff")
    run("INSERT INTO hotel_members (hotel_id, user_id, role) VALUES (:h, :u, 'hotel_admin')", h=other.id, u=admin.id)
    factories.member(other.id, "hotel_admin")
    me = api.as_(admin)
    before = content()
    answer = erase(me)
    assert (answer.status_code, answer.json["code"]) == (409, "last_hotel_admin")
    assert answer.json["hotel_ids"] == [str(hotel.id)]
    assert content() == before
    factories.member(hotel.id, "hotel_admin")
    assert erase(me).status_code == 204


@pytest.mark.parametrize(("status", "answered"), [("closed", 204), ("rejected", 204), ("paused", 409), ("draft", 409)])
def test_a_hotel_that_is_over_needs_no_admin(api: Api, status: str, answered: int) -> None:
    hotel = factories.hotel(status=status)
    assert erase(api.as_(factories.member(hotel.id, "hotel_admin"))).status_code == answered


def test_of_two_admins_who_leave_at_once_one_stays(api: Api) -> None:
    for _ in range(5):
        hotel = factories.hotel()
        admins = [api.as_(factories.member(hotel.id, "hotel_admin")) for _ in range(2)]
        assert statuses(at_once([partial(erase, each) for each in admins])) == {204: 1, 409: 1}
        assert rows.one("SELECT count(*) AS n FROM hotel_members WHERE hotel_id = :id", id=hotel.id).n == 1


def test_a_booking_made_meanwhile_names_nobody_for_long(
    api: Api, hotel: HotelForTests, run_jobs: Callable[[], int]
) -> None:
    """The request was let in before the person was erased, and waited for its turn until after."""
    for _ in range(5):
        me = api.as_(factories.person(full_name="Ada Obi"))
        body = factories.booking_request(hotel, guest=CONTACT)
        booked, erased = at_once([partial(me.post, "/bookings", body, key=new_key()), partial(erase, me)])
        assert (booked.status_code, erased.status_code) in {(201, 409), (201, 204), (401, 204), (404, 204)}
        if (booked.status_code, erased.status_code) == (201, 204):
            rows.change("UPDATE outbox SET due_at = clock_timestamp() WHERE name = 'erasure.stragglers'")
            run_jobs()
            assert booking(booked.json["id"]).guest_name == "Erased guest"
        run("TRUNCATE allocations, bookings, outbox CASCADE")


def test_stragglers_are_of_the_erased_alone(api: Api, ada: Person, hotel: HotelForTests) -> None:
    stay = book(api.as_(ada), hotel)
    service.stragglers(ada.id)
    assert booking(stay).guest_name == "Ada Obi"
    rows.change("UPDATE users SET status = 'erased', erased_at = clock_timestamp() WHERE id = :id", id=ada.id)
    service.stragglers(ada.id)
    assert booking(stay).guest_name == "Erased guest"
    assert not [name for name in (CONTACT["email"], WISH) if name in written()]


def test_twice_at_once_erases_once(api: Api, ada: Person) -> None:
    me = api.as_(ada)
    answers = at_once([partial(erase, me)] * 4)
    assert set(statuses(answers)) <= {204, 401, 403, 409}
    assert statuses(answers)[204] == 1
