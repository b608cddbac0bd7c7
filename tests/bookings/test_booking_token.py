"""The token of a booking opens this booking, for what its guest may do, and nothing else for nobody else."""

from collections.abc import Iterator
from typing import Any

import pytest
from click.testing import CliRunner
from flask import Flask

from app.bookings import tokens
from app.bookings.cli import bookings_cli
from app.bookings.service import claim, forget
from tests import factories
from tests.api import Api, new_key
from tests.bookings.ledger_of import lapse, one, run, status
from tests.bookings.without_account import book, request
from tests.surface import content, what_is_wrong

pytestmark = pytest.mark.usefixtures("application")


@pytest.fixture
def booking(api: Api) -> dict[str, Any]:
    return book(api, request(factories.hotel({"Deluxe": 3})))


@pytest.fixture
def payment(api: Api, booking: dict[str, Any]) -> str:
    answer = api.showing(booking["booking_token"]).post(f"/bookings/{booking['id']}/payments", key=new_key())
    assert answer.status_code == 201, answer.text
    return str(answer.json["reference"])


def doors(booking: dict[str, Any], payment: str) -> list[tuple[str, str]]:
    return [
        ("GET", f"/bookings/{booking['id']}"),
        ("GET", f"/bookings/by-reference/{booking['reference']}"),
        ("POST", f"/bookings/{booking['id']}/payments"),
        ("POST", f"/bookings/{booking['id']}/cancel"),
        ("GET", f"/payments/{payment}"),
        ("POST", f"/payments/{payment}/verify"),
        ("GET", f"/payments/{payment}/refunds"),
    ]


def knock(who: Api, method: str, path: str, **headers: str) -> Any:
    """As `who` does, and with these headers as they are."""
    sent = {"Idempotency-Key": new_key()} | ({"Authorization": f"Bearer {who.token}"} if who.token else {})
    sent |= {"Booking-Token": who.booking_token} if who.booking_token is not None else {}
    return who.app.test_client().open(
        f"/api/v1{path}", method=method, json=None if method == "GET" else {}, headers=sent | headers
    )


def wrong_tokens(token: str, foreign: str) -> Iterator[tuple[str, str]]:
    yield "foreign", foreign
    yield "a character less", token[:-1]
    yield "a character more", token + "A"
    yield "another character", ("B" if token[0] == "A" else "A") + token[1:]
    yield "the same bytes written otherwise", token[:-1] + chr(ord(token[-1]) + 1)
    yield "in capitals", token.upper()
    yield "padded", token + "="
    yield "a word", "null"
    yield "no ASCII", "é" * 43
    yield "no text", "\xff\xfe\xfd"
    yield "overlong", token * 200
    yield "twice", f"{token}, {token}"
    yield "quoted", f'"{token}"'


def test_each_wrong_token_is_nobodys(api: Api, booking: dict[str, Any], payment: str) -> None:
    foreign = book(api, request())["booking_token"]
    before = content()
    for name, token in wrong_tokens(booking["booking_token"], foreign):
        for method, path in doors(booking, payment):
            answer = knock(api.showing(token), method, path)
            assert list(what_is_wrong(answer, 404)) == [], f"{name}: {method} {path}"
    assert content() == before


def test_what_is_not_there_is_told_alike(api: Api, booking: dict[str, Any]) -> None:
    """A wrong token does not tell whether the booking exists."""
    stranger, nowhere = api.showing("A" * 43), "00000000-0000-7000-8000-000000000000"
    here, there = (stranger.get(f"/bookings/{booking_id}") for booking_id in (booking["id"], nowhere))
    same = {name: value for name, value in here.json.items() if name not in ("instance", "request_id")}
    assert same == {name: there.json[name] for name in same}


def test_without_login_and_token_one_is_told_to_show_either(api: Api, booking: dict[str, Any], payment: str) -> None:
    before = content()
    for who in (api, api.showing(""), api.showing("   ")):
        for method, path in doors(booking, payment):
            answer = knock(who, method, path)
            assert list(what_is_wrong(answer, 401)) == [], f"{method} {path}"
            assert (answer.json["code"], "Booking-Token" in answer.json["detail"]) == ("token_missing", True)
    assert content() == before


def test_it_opens_nothing_else(api: Api, booking: dict[str, Any]) -> None:
    guest = api.showing(booking["booking_token"])
    for path in ("/bookings", "/users/me", f"/hotels/{booking['hotel_id']}/events"):
        assert guest.get(path).status_code == 401, path


def test_it_is_no_access_token(api: Api, booking: dict[str, Any]) -> None:
    answer = Api(api.app, booking["booking_token"]).get(f"/bookings/{booking['id']}")
    assert (answer.status_code, answer.json["code"]) == (401, "token_invalid")


def test_it_reads_pays_and_cancels(api: Api, booking: dict[str, Any]) -> None:
    guest, path = api.showing(booking["booking_token"]), f"/bookings/{booking['id']}"
    assert guest.get(path).json["guest"] == booking["guest"]
    key = new_key()
    started = [guest.post(f"{path}/payments", key=key) for _ in range(2)]
    assert [answer.status_code for answer in started] == [201, 200]
    assert started[1].headers["Idempotent-Replayed"] == "true"
    key = new_key()
    gone = [guest.post(f"{path}/cancel", {"reason": "ill"}, key=key) for _ in range(2)]
    assert [(answer.status_code, answer.json["status"]) for answer in gone] == [(200, "cancelled")] * 2
    assert gone[1].headers["Idempotent-Replayed"] == "true"
    assert one("SELECT count(*) FROM allocations") == 0
    assert (
        one("SELECT (actor, actor_id IS NULL)::text FROM booking_history WHERE to_status = 'cancelled'") == "(guest,t)"
    )


def test_a_wrong_token_meets_no_key_that_was_used_with_the_right_one(api: Api, booking: dict[str, Any]) -> None:
    """Neither is the first answer given again, nor is it told that there was one."""
    right, wrong = (api.showing(token) for token in (booking["booking_token"], "A" * 43))
    keys = {"payments": "1", "cancel": "2"}
    for verb, key in keys.items():
        assert right.post(f"/bookings/{booking['id']}/{verb}", {}, key=key).status_code in {200, 201}
    before = content()
    for verb, key in keys.items():
        for body in ({}, {"reason": "mine"}) if verb == "cancel" else ({},):
            answer = wrong.post(f"/bookings/{booking['id']}/{verb}", body, key=key)
            assert list(what_is_wrong(answer, 404)) == [], verb
    assert content() == before


def test_it_needs_a_key_as_a_login_does(api: Api, booking: dict[str, Any]) -> None:
    guest = api.showing(booking["booking_token"])
    for path in ("payments", "cancel"):
        assert guest.post(f"/bookings/{booking['id']}/{path}").json["code"] == "idempotency_key_required"
    assert status(booking["id"]) == "pending_payment"


@pytest.mark.parametrize("end", ["expired", "cancelled"])
def test_it_still_reads_what_is_over(api: Api, booking: dict[str, Any], payment: str, end: str) -> None:
    guest = api.showing(booking["booking_token"])
    lapse(booking["id"])
    run("UPDATE bookings SET status = :end WHERE id = :id", end=end, id=booking["id"])
    assert guest.get(f"/bookings/{booking['id']}").json["status"] == end
    assert guest.get(f"/payments/{payment}").json["booking_status"] == end
    assert guest.get(f"/payments/{payment}/refunds").json == {"items": []}


class TestBothSent:
    def test_a_stranger_who_shows_the_token_is_let_in_by_it(
        self, api: Api, booking: dict[str, Any], payment: str
    ) -> None:
        stranger = api.as_(factories.person()).showing(booking["booking_token"])
        statuses = [knock(stranger, method, path).status_code for method, path in doors(booking, payment)]
        assert statuses == [200, 200, 200, 200, 200, 202, 200]
        assert one("SELECT count(*) FROM booking_history WHERE actor_id IS NOT NULL") == 0

    def test_an_owner_is_himself_whatever_token_he_shows(self, api: Api) -> None:
        owner = api.as_(factories.person())
        mine = owner.post("/bookings", request(), key=new_key()).json
        showing = owner.showing(book(api)["booking_token"])
        assert showing.get(f"/bookings/{mine['id']}").status_code == 200
        assert showing.post(f"/bookings/{mine['id']}/cancel", {}, key=new_key()).status_code == 200
        assert one("SELECT count(*) FROM booking_history WHERE to_status = 'cancelled' AND actor_id IS NOT NULL") == 1

    def test_a_login_that_is_no_good_is_told_so(self, api: Api, booking: dict[str, Any], payment: str) -> None:
        before = content()
        for method, path in doors(booking, payment):
            answer = knock(api.showing(booking["booking_token"]), method, path, Authorization="Bearer letmein")
            assert (answer.status_code, answer.json["code"]) == (401, "token_invalid"), path
        assert content() == before

    def test_staff_with_a_wrong_token_see_but_do_not_act(self, api: Api, booking: dict[str, Any]) -> None:
        staff = api.as_(factories.member(booking["hotel_id"], "hotel_staff")).showing("A" * 43)
        assert staff.get(f"/bookings/{booking['id']}").status_code == 200
        assert staff.get(f"/bookings/by-reference/{booking['reference']}").status_code == 200
        assert staff.post(f"/bookings/{booking['id']}/cancel", {}, key=new_key()).status_code == 404


class TestItsEnd:
    def test_a_revoked_token_opens_nothing_and_the_next_one_does(
        self, api: Api, booking: dict[str, Any], payment: str
    ) -> None:
        guest, keys = api.showing(booking["booking_token"]), {"payments": new_key(), "cancel": new_key()}
        for verb, key in keys.items():
            assert guest.post(f"/bookings/{booking['id']}/{verb}", {}, key=key).status_code == 200, verb
        done = CliRunner().invoke(bookings_cli, ["revoke-link", booking["reference"].lower()])
        assert done.exit_code == 0, done.output
        before = content()
        for method, path in doors(booking, payment):
            assert list(what_is_wrong(knock(guest, method, path), 404)) == [], path
        assert content() == before
        for verb, key in keys.items():
            assert guest.post(f"/bookings/{booking['id']}/{verb}", {}, key=key).status_code == 404, verb
        fresh = tokens.token_of(_id(booking), 2)
        assert api.showing(fresh).get(f"/bookings/{booking['id']}").status_code == 200

    @pytest.mark.parametrize("reference", ["SS-NOTHERE", "", "';--"])
    def test_there_is_nothing_to_revoke(self, api: Api, reference: str) -> None:
        done = CliRunner().invoke(bookings_cli, ["revoke-link", reference])
        assert (done.exit_code, "no booking" in done.output) == (1, True)

    def test_no_token_ever_opens_what_was_booked_with_a_login(self, api: Api) -> None:
        mine = api.as_(factories.person()).post("/bookings", request(), key=new_key()).json
        for version in (0, 1, 2):
            assert api.showing(tokens.token_of(_id(mine), version)).get(f"/bookings/{mine['id']}").status_code == 404
        done = CliRunner().invoke(bookings_cli, ["revoke-link", mine["reference"]])
        assert done.exit_code == 1

    @pytest.mark.parametrize(("days", "opens"), [(29, True), (32, False)])
    def test_a_month_after_the_stay_it_is_forgotten(
        self, api: Api, booking: dict[str, Any], days: int, opens: bool
    ) -> None:
        run("UPDATE bookings SET stay = daterange(current_date - :days - 1, current_date - :days)", days=days)
        forget.forget()
        seen = api.showing(booking["booking_token"]).get(f"/bookings/{booking['id']}").status_code
        assert seen == (200 if opens else 404)

    @pytest.mark.parametrize(("days", "kept"), [(29, "127.0.0.1"), (31, None)])
    def test_a_month_after_the_booking_its_address_is_forgotten(
        self, booking: dict[str, Any], days: int, kept: str | None
    ) -> None:
        run("UPDATE bookings SET created_at = clock_timestamp() - make_interval(days => :days)", days=days)
        forget.forget()
        assert one("SELECT host(booked_from) FROM bookings") == kept
        assert one("SELECT token_version FROM bookings") == 1

    def test_the_day_orders_it(self, booking: dict[str, Any], run_jobs: Any) -> None:
        run("UPDATE bookings SET created_at = clock_timestamp() - interval '31 days'")
        forget.order()
        assert run_jobs() == 1
        assert (one("SELECT booked_from FROM bookings"), forget.forget()) == (None, 0)


class TestClaim:
    @pytest.fixture
    def ada(self, booking: dict[str, Any]) -> factories.Person:
        return factories.person(email=booking["guest"]["email"].upper(), email_verified_at="2026-01-01T00:00:00Z")

    def test_a_verified_e_mail_makes_them_his(self, api: Api, booking: dict[str, Any], ada: factories.Person) -> None:
        owner = api.as_(ada)
        assert owner.get("/bookings").json["items"] == []
        assert [claim.by_verified_email(ada.id) for _ in range(2)] == [1, 0]
        assert [item["id"] for item in owner.get("/bookings").json["items"]] == [booking["id"]]
        assert owner.post(f"/bookings/{booking['id']}/cancel", {}, key=new_key()).status_code == 200

    def test_the_token_goes_on_working(self, api: Api, booking: dict[str, Any], ada: factories.Person) -> None:
        claim.by_verified_email(ada.id)
        guest = api.showing(booking["booking_token"])
        assert guest.get(f"/bookings/{booking['id']}").status_code == 200
        assert guest.post(f"/bookings/{booking['id']}/cancel", {}, key=new_key()).status_code == 200

    def test_only_what_is_nobodys(self, api: Api, booking: dict[str, Any], ada: factories.Person) -> None:
        other = api.as_(factories.person())
        theirs = other.post("/bookings", request() | {"guest": booking["guest"]}, key=new_key()).json
        elsewhere = book(api)
        assert claim.by_verified_email(ada.id) == 1
        owned = "SELECT count(*) FROM bookings WHERE user_id = :ada"
        assert one(owned, ada=ada.id) == 1
        owners = [one("SELECT user_id FROM bookings WHERE id = :id", id=each["id"]) for each in (theirs, elsewhere)]
        assert ada.id not in owners

    def test_an_e_mail_that_is_not_verified_claims_nothing(self, booking: dict[str, Any]) -> None:
        eve = factories.person(email=booking["guest"]["email"])
        assert claim.by_verified_email(eve.id) == 0
        assert one("SELECT user_id FROM bookings") is None

    def test_nobody_claims_nothing(self, booking: dict[str, Any]) -> None:
        assert claim.by_verified_email(_id(booking)) == 0


def _id(booking: dict[str, Any]) -> Any:
    return one("SELECT id FROM bookings WHERE id = :id", id=booking["id"])


def test_the_document_names_the_header(application: Flask) -> None:
    paths = Api(application).get("/openapi.json").json["paths"]
    assert {"booking_token": []} in paths["/api/v1/bookings/{booking_id}"]["get"]["security"]
    assert paths["/api/v1/bookings"]["post"]["security"] == [{}, {"bearer": []}, {"oauth2": []}]
    for path in ("/api/v1/bookings/lookup", "/api/v1/bookings/lookup/link"):
        assert "security" not in paths[path]["post"]
