"""Guests who want the same thing at the same instant. The first test takes the guards away and shows that the race is real."""

from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from sqlalchemy import text

from app.core.db import reading, transaction
from app.rooms import ledger
from tests import factories
from tests.api import Api, new_key
from tests.races.crowd import at_once, overlaps, statuses

pytestmark = pytest.mark.usefixtures("application")

SLOW_INSERT = """
CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.2); RETURN NEW; END $$;
CREATE TRIGGER dawdle BEFORE INSERT ON allocations FOR EACH ROW EXECUTE FUNCTION dawdle();
"""
GUARD = "ADD CONSTRAINT ex_allocations_room_id_stay EXCLUDE USING gist (room_id WITH =, stay WITH &&)"


@pytest.fixture
def guards_off(application: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No constraint, no room locks, and time between looking and taking."""
    unlocked = ledger.TAKE_FREE.replace("FOR NO KEY UPDATE OF room SKIP LOCKED", "")
    assert unlocked != ledger.TAKE_FREE
    monkeypatch.setattr(ledger, "TAKE_FREE", unlocked)
    with transaction() as session:
        session.execute(text("ALTER TABLE allocations DROP CONSTRAINT ex_allocations_room_id_stay"))
        session.execute(text(SLOW_INSERT))
    yield
    with transaction() as session:
        session.execute(text("DROP TRIGGER dawdle ON allocations"))
        session.execute(text("DROP FUNCTION dawdle()"))
        session.execute(text("TRUNCATE allocations"))
        session.execute(text(f"ALTER TABLE allocations {GUARD}"))


def book_at_once(api: Api, bodies: list[dict[str, Any]]) -> list[Any]:
    """Each body by another guest, for another e-mail."""
    people = [factories.person() for _ in bodies]
    own = [body | {"guest": {"name": "Ada Obi", "email": one.email}} for body, one in zip(bodies, people, strict=True)]
    guests = [api.as_(one) for one in people]
    return at_once(
        [partial(guest.post, "/bookings", body, key=new_key()) for guest, body in zip(guests, own, strict=True)]
    )


def count(table: str) -> int:
    with reading() as session:
        return int(session.scalar(text(f"SELECT count(*) FROM {table}")) or 0)


@pytest.mark.usefixtures("guards_off")
def test_control_without_the_guards_a_room_is_sold_twice(api: Api) -> None:
    hotel = factories.hotel()
    answers = book_at_once(api, [factories.booking_request(hotel)] * 5)
    assert statuses(answers) == {201: 5}
    assert overlaps() == 10


def test_case_01_fifty_guests_for_one_room_make_one_booking(api: Api) -> None:
    hotel = factories.hotel()
    answers = book_at_once(api, [factories.booking_request(hotel)] * 50)
    assert statuses(answers) == {201: 1, 409: 49}
    assert {answer.json["code"] for answer in answers if answer.status_code == 409} == {"room_taken"}
    assert (count("bookings"), count("allocations"), overlaps()) == (1, 1, 0)


def test_fifty_guests_for_ten_rooms_of_a_type_make_ten_bookings(api: Api) -> None:
    hotel = factories.hotel({"Deluxe": 10})
    answers = book_at_once(api, [factories.booking_request(hotel)] * 50)
    assert statuses(answers) == {201: 10, 409: 40}
    assert (count("bookings"), count("allocations"), overlaps()) == (10, 10, 0)


def test_twelve_guests_for_twelve_months_of_one_room_all_get_it(api: Api) -> None:
    hotel = factories.hotel()
    answers = book_at_once(api, [factories.booking_request(hotel, start=10 + 30 * month) for month in range(12)])
    assert statuses(answers) == {201: 12}
    assert overlaps() == 0


def test_case_04_two_carts_with_the_same_rooms_in_other_orders(api: Api) -> None:
    hotel = factories.hotel({"Deluxe": 2})
    rooms = [
        {"room_id": str(room), "rate_plan_id": str(hotel.only.pay_now), "adults": 1, "children": []}
        for room in hotel.only.rooms
    ]
    for day in range(10, 50, 2):
        bodies = [factories.booking_request(hotel, start=day, rooms=order) for order in (rooms, rooms[::-1])]
        assert statuses(book_at_once(api, bodies)) == {201: 1, 409: 1}
    assert (count("bookings"), count("allocations"), overlaps()) == (20, 40, 0)


def test_case_04_carts_of_two_types_never_deadlock_into_an_error(api: Api) -> None:
    hotel = factories.hotel({"Deluxe": 3, "Suite": 3})
    deluxe, suite = (factories.booking_request(hotel, name)["rooms"][0] for name in ("Deluxe", "Suite"))
    bodies = [
        factories.booking_request(hotel, "Deluxe", rooms=rooms) for rooms in ([deluxe, suite], [suite, deluxe])
    ] * 6
    assert statuses(book_at_once(api, bodies)) == {201: 3, 409: 9}
    assert (count("allocations"), overlaps()) == (6, 0)


def test_case_10_one_key_sent_ten_times_at_once_books_once(api: Api) -> None:
    hotel = factories.hotel({"Deluxe": 10})
    guest, key = api.as_(factories.person()), new_key()
    body = factories.booking_request(hotel)
    answers = at_once([partial(guest.post, "/bookings", body, key=key)] * 10)
    assert statuses(answers) == {201: 10}
    assert len({answer.json["id"] for answer in answers}) == 1
    assert sum("Idempotent-Replayed" in answer.headers for answer in answers) == 9
    assert (count("bookings"), count("allocations")) == (1, 1)


def test_one_guest_at_once_gets_no_more_holds_than_three(api: Api) -> None:
    hotel = factories.hotel({"Deluxe": 10})
    guest = api.as_(factories.person())
    body = factories.booking_request(hotel)
    answers = at_once([partial(guest.post, "/bookings", body, key=new_key()) for _ in range(8)])
    assert statuses(answers) == {201: 3, 429: 5}


def test_a_hotels_events_have_no_gaps_and_come_in_the_order_of_their_commits(api: Api) -> None:
    hotel = factories.hotel({"Deluxe": 20})
    book_at_once(api, [factories.booking_request(hotel)] * 20)
    with reading() as session:
        seqs = list(session.scalars(text("SELECT seq FROM hotel_events ORDER BY seq")))
        in_outbox = list(
            session.scalars(text("SELECT (payload->>'seq')::int FROM outbox WHERE kind = 'event' ORDER BY id"))
        )
    assert seqs == list(range(1, 21))
    assert in_outbox == seqs
    assert all(later - earlier == 1 for earlier, later in pairwise(seqs))
