"""Many who book at once for one e-mail, with accounts and without. The first test takes the e-mail's turn away and shows the race."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text

from app.core import idempotency
from app.core.db import transaction
from tests import factories
from tests.api import Api, new_key
from tests.bookings.ledger_of import one
from tests.bookings.without_account import of, request
from tests.races.crowd import at_once, overlaps, statuses

pytestmark = pytest.mark.usefixtures("application")
EMAIL = "ada@example.com"
SLOW = """
CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.2); RETURN NEW; END $$;
CREATE TRIGGER dawdle BEFORE INSERT ON allocations FOR EACH ROW EXECUTE FUNCTION dawdle();
"""


@pytest.fixture
def slow(application: Any) -> Iterator[None]:
    """Time between counting and writing."""
    with transaction() as session:
        session.execute(text(SLOW))
    yield
    with transaction() as session:
        session.execute(text("DROP TRIGGER dawdle ON allocations"))
        session.execute(text("DROP FUNCTION dawdle()"))


@pytest.fixture
def hotel() -> factories.HotelForTests:
    return factories.hotel({"Deluxe": 24})


def book_at_once(guests: list[Api], bodies: list[dict[str, Any]]) -> list[Any]:
    pairs = zip(guests, bodies, strict=True)
    return at_once([partial(guest.post, "/bookings", body, key=new_key()) for guest, body in pairs])


def accounts(api: Api, count: int) -> list[Api]:
    return [api.as_(factories.person()) for _ in range(count)]


@pytest.mark.usefixtures("slow")
def test_control_without_the_e_mails_turn_accounts_are_a_way_around(
    api: Api, hotel: factories.HotelForTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_turn = idempotency.claim_in_turn
    monkeypatch.setattr(idempotency, "claim_in_turn", lambda session, key, made, *_others: in_turn(session, key, made))
    answers = book_at_once(accounts(api, 6), [of(request(hotel), EMAIL)] * 6)
    assert statuses(answers) == {201: 6}


@pytest.mark.usefixtures("slow")
def test_six_accounts_for_one_e_mail_hold_three_rooms(api: Api, hotel: factories.HotelForTests) -> None:
    answers = book_at_once(accounts(api, 6), [of(request(hotel), EMAIL)] * 6)
    assert statuses(answers) == {201: 3, 429: 3}


def test_twenty_for_one_e_mail_with_accounts_and_without_hold_three_rooms(
    api: Api, hotel: factories.HotelForTests
) -> None:
    guests = [*accounts(api, 10), *[api] * 10]
    spelled = [of(request(hotel), EMAIL if number % 2 else EMAIL.upper()) for number in range(20)]
    assert statuses(book_at_once(guests, spelled)) == {201: 3, 429: 17}
    assert (one("SELECT count(*) FROM bookings"), one("SELECT count(*) FROM allocations"), overlaps()) == (3, 3, 0)


def test_twenty_for_one_e_mail_who_pay_at_the_hotel_are_five(api: Api, hotel: factories.HotelForTests) -> None:
    guests = [*accounts(api, 10), *[api] * 10]
    bodies = [of(request(hotel, at_hotel=True), EMAIL)] * 20
    assert statuses(book_at_once(guests, bodies)) == {201: 5, 429: 15}


def test_accounts_and_e_mails_crosswise_never_wait_for_each_other(api: Api, hotel: factories.HotelForTests) -> None:
    """Each pair of an account and an e-mail: their turns are taken in one order."""
    people = accounts(api, 4)
    pairs = [(who, f"guest{number}@example.com") for who in people for number in range(4)]
    answers = book_at_once([who for who, _ in pairs], [of(request(hotel), email) for _, email in pairs])
    assert statuses(answers).keys() <= {201, 429}
    assert statuses(answers)[201] >= 9
    most = "SELECT max(n) FROM (SELECT count(*) AS n FROM bookings GROUP BY {}) AS held"
    assert (one(most.format("user_id")) <= 3, one(most.format("guest_email")) <= 3) == (True, True)


def test_one_key_sent_ten_times_at_once_without_an_account_books_once(api: Api, hotel: factories.HotelForTests) -> None:
    body, key = request(hotel), new_key()
    answers = at_once([partial(api.post, "/bookings", body, key=key)] * 10)
    assert statuses(answers) == {201: 10}
    assert len({(answer.json["id"], answer.json["booking_token"]) for answer in answers}) == 1
    assert sum("Idempotent-Replayed" in answer.headers for answer in answers) == 9


def test_a_token_sent_to_cancel_and_to_pay_at_once_does_one_of_both(api: Api, hotel: factories.HotelForTests) -> None:
    made = api.post("/bookings", request(hotel), key=new_key()).json
    guest, path = api.showing(made["booking_token"]), f"/bookings/{made['id']}"
    cancelled, started = at_once(
        [partial(guest.post, f"{path}/{verb}", {}, key=new_key()) for verb in ("cancel", "payments")]
    )
    assert cancelled.status_code == 200
    assert started.status_code in {200, 201, 409}
    assert one("SELECT count(*) FROM allocations") == 0
