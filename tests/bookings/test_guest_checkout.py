"""Booking without an account: what is needed, what is answered, and who is told the token."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from app.config import settings
from app.core.db import reading
from tests import factories
from tests.api import Api, new_key
from tests.bookings import without_account
from tests.bookings.ledger_of import one
from tests.bookings.without_account import book, of, request
from tests.surface import content, what_is_wrong

pytestmark = pytest.mark.usefixtures("application")


def test_a_stranger_books_and_is_told_the_token(api: Api) -> None:
    answer = api.post("/bookings", request(), key=new_key())
    assert (answer.status_code, answer.json["status"]) == (201, "pending_payment"), answer.text
    assert len(answer.json["booking_token"]) == 43
    assert answer.headers["Cache-Control"] == "no-store"
    row = "SELECT (user_id IS NULL, token_version, host(booked_from))::text FROM bookings"
    assert one(row) == "(t,1,127.0.0.1)"
    assert one("SELECT (actor, actor_id IS NULL)::text FROM booking_history") == "(guest,t)"
    assert api.showing(answer.json["booking_token"]).get(f"/bookings/{answer.json['id']}").json["actions"] == [
        "pay",
        "cancel",
    ]


def test_it_costs_one_statement_less_than_with_a_login(api: Api, count_statements: Callable[[], Any]) -> None:
    body = request()
    with count_statements() as statements:
        assert api.post("/bookings", body, key=new_key()).status_code == 201
    assert len(statements) == 7, str(statements)


def test_with_a_login_there_is_no_token(api: Api) -> None:
    answer = api.as_(factories.person()).post("/bookings", request(), key=new_key())
    assert (answer.status_code, "booking_token" in answer.json) == (201, False)
    assert one("SELECT token_version FROM bookings") is None


def test_no_two_tokens_are_alike_and_none_is_kept(api: Api) -> None:
    hotel = factories.hotel({"Deluxe": 2})
    tokens = {book(api, request(hotel))["booking_token"] for _ in range(2)}
    assert len(tokens) == 2
    with reading() as session:
        kept = " ".join(
            session.scalars(text("SELECT b::text FROM bookings b UNION ALL SELECT k::text FROM idempotency_keys k"))
        )
    assert [token for token in tokens if token in kept] == []


def test_another_secret_makes_another_token(api: Api, with_settings: Callable[..., object]) -> None:
    booking = book(api)
    guest = api.showing(booking["booking_token"])
    assert guest.get(f"/bookings/{booking['id']}").status_code == 200
    with_settings(secret_key="another-secret-that-is-as-long-as-it-should-be")
    assert guest.get(f"/bookings/{booking['id']}").status_code == 404
    assert "another" in settings().secret_key.get_secret_value()


class TestPhone:
    @pytest.mark.parametrize("phone", ["0803 123 4567", "+234 803 123 4567", "2348031234567", "08031234567"])
    def test_nigerian_forms_are_kept_as_e164(self, api: Api, phone: str) -> None:
        guest = {"name": "Ada Obi", "email": "ada@example.com", "phone": phone}
        assert book(api, request(guest=guest))["guest"]["phone"] == "+2348031234567"

    @pytest.mark.parametrize("phone", [None, ...])
    def test_without_an_account_it_is_needed(self, api: Api, phone: Any) -> None:
        guest = {"name": "Ada Obi", "email": "ada@example.com"} | ({} if phone is ... else {"phone": phone})
        body, before = request(guest=guest), content()
        answer = api.post("/bookings", body, key=new_key())
        assert (answer.status_code, answer.json["code"]) == (422, "validation_error")
        assert answer.json["errors"]["json"] == {"guest": {"phone": ["Missing data for required field."]}}
        assert content() == before

    def test_with_an_account_it_is_not(self, api: Api) -> None:
        guest = {"name": "Ada Obi", "email": "ada@example.com"}
        answer = api.as_(factories.person()).post("/bookings", request(guest=guest), key=new_key())
        assert (answer.status_code, answer.json["guest"]["phone"]) == (201, None)


class TestKeys:
    def test_the_same_request_again_is_told_the_same_token(self, api: Api) -> None:
        body, key = request(), new_key()
        first, again = (api.post("/bookings", body, key=key) for _ in range(2))
        assert (again.status_code, again.headers["Idempotent-Replayed"]) == (201, "true")
        assert first.json["booking_token"] == again.json["booking_token"]
        assert one("SELECT count(*) FROM bookings") == 1

    def test_it_is_told_as_it_is_now(self, api: Api) -> None:
        body, key = request(), new_key()
        made = api.post("/bookings", body, key=key).json
        api.showing(made["booking_token"]).post(f"/bookings/{made['id']}/cancel", {}, key=new_key())
        again = api.post("/bookings", body, key=key)
        assert (again.status_code, again.json["status"], again.json["actions"]) == (201, "cancelled", [])

    def test_the_key_is_what_tells_strangers_apart(self, api: Api) -> None:
        """Somebody knows the whole request, and that it was sent."""
        hotel, key = factories.hotel({"Deluxe": 2}), new_key()
        body = request(hotel)
        mine = api.post("/bookings", body, key=key).json
        theirs = api.post("/bookings", body, key=new_key()).json
        assert (theirs["id"] == mine["id"], theirs["booking_token"] == mine["booking_token"]) == (False, False)

    def test_the_same_key_for_another_e_mail_is_another_key(self, api: Api) -> None:
        body, key = request(factories.hotel({"Deluxe": 2})), new_key()
        mine = api.post("/bookings", body, key=key).json
        theirs = api.post("/bookings", of(body, "eve@example.com"), key=key).json
        assert theirs["id"] != mine["id"]
        assert theirs["booking_token"] != mine["booking_token"]

    @pytest.mark.parametrize("member", ["name", "phone"])
    def test_the_same_key_with_another_body_tells_nothing(self, api: Api, member: str) -> None:
        body, key = request(), new_key()
        api.post("/bookings", body, key=key)
        before = content()
        other = body | {"guest": body["guest"] | {member: "+2348031234567"}}
        answer = api.post("/bookings", other, key=key)
        assert list(what_is_wrong(answer, 422)) == []
        assert (answer.json["code"], "booking_token" in answer.json) == ("idempotency_mismatch", False)
        assert content() == before

    @pytest.mark.parametrize("key", ["1", "booking-1", "x" * 15])
    def test_a_key_that_can_be_guessed_is_refused(self, api: Api, key: str) -> None:
        body, before = request(), content()
        answer = api.post("/bookings", body, key=key)
        assert (answer.status_code, answer.json["code"]) == (400, "idempotency_key_invalid")
        assert content() == before
        assert api.as_(factories.person()).post("/bookings", body, key=key).status_code == 201

    def test_the_e_mails_case_makes_no_other_guest(self, api: Api) -> None:
        body, key = request(), new_key()
        assert api.post("/bookings", of(body, "ada@example.com"), key=key).status_code == 201
        answer = api.post("/bookings", of(body, "Ada@Example.COM"), key=key)
        assert (answer.status_code, answer.json["code"]) == (422, "idempotency_mismatch")
        assert one("SELECT count(*) FROM bookings") == 1


class TestMails:
    def test_the_confirmation_carries_the_link(self, api: Api) -> None:
        booking = book(api, request(at_hotel=True))
        link = f"http://127.0.0.1:3000/bookings/{booking['reference']}#{booking['booking_token']}"
        with reading() as session:
            mails = {row.kind: row for row in session.execute(text("SELECT kind, text, html FROM outgoing_emails"))}
        assert mails.keys() == {"booking_confirmed", "booking_confirmed_hotel"}
        assert f"\n{link}\n" in mails["booking_confirmed"].text
        assert f'href="{link}"' in mails["booking_confirmed"].html
        hotels = mails["booking_confirmed_hotel"]
        assert booking["booking_token"] not in hotels.text + hotels.html

    def test_the_link_leads_to_the_booking(self, api: Api) -> None:
        booking = book(api)
        guest = api.showing(booking["booking_token"])
        for reference in (booking["reference"], booking["reference"].lower()):
            assert guest.get(f"/bookings/by-reference/{reference}").json["id"] == booking["id"]

    def test_a_guest_with_an_account_is_led_to_his_login(self, api: Api) -> None:
        booking = api.as_(factories.person()).post("/bookings", request(at_hotel=True), key=new_key()).json
        told = one("SELECT text FROM outgoing_emails WHERE kind = 'booking_confirmed'")
        assert f"\nhttp://127.0.0.1:3000/bookings/{booking['reference']}\n" in told
        assert "#" not in told

    def test_a_link_elsewhere(self, api: Api, with_settings: Callable[..., object]) -> None:
        with_settings(public_web_url="https://smartstay.example/")
        booking = book(api, request(at_hotel=True))
        told = one("SELECT text FROM outgoing_emails WHERE kind = 'booking_confirmed'")
        assert f"\nhttps://smartstay.example/bookings/{booking['reference']}#" in told


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("203.0.113.9", "203.0.113.9/32"),
        ("::ffff:203.0.113.9", "203.0.113.9/32"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("unknown", None),
        ("", None),
    ],
)
def test_the_bookers_address_is_kept_as_far_as_it_tells(api: Api, address: str, kept: str | None) -> None:
    answer = without_account.from_address(api, address, "/bookings", request())
    assert answer.status_code == 201, answer.text
    assert one("SELECT text(booked_from) FROM bookings") == kept
