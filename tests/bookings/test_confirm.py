"""A paid booking gets its rooms, or the best the late-payment ladder finds, or nothing: and never what another has."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from app.bookings import queries
from app.bookings.service import confirm, expire
from app.bookings.service.confirm import Outcome
from app.core.db import retrying, transaction
from app.core.errors import IllegalTransition
from tests import factories
from tests.api import Api, new_key
from tests.bookings.ledger_of import lapse, one, run, status, told
from tests.factories import HotelForTests
from tests.races.crowd import at_once, overlaps

pytestmark = pytest.mark.usefixtures("application")


def book(api: Api, hotel: HotelForTests, kind: str | None = None, **rest: Any) -> dict[str, Any]:
    answer = api.as_(factories.person()).post(
        "/bookings", factories.booking_request(hotel, kind, **rest), key=new_key()
    )
    assert answer.status_code == 201, answer.text
    booking: dict[str, Any] = answer.json
    return booking


@retrying
def pay(booking_id: Any) -> Outcome:
    with transaction() as session:
        return confirm.take_paid(session, queries.lock_booking(session, booking_id))


def expired(booking: dict[str, Any]) -> dict[str, Any]:
    lapse(booking["id"])
    assert expire.sweep() == 1
    return booking


def room_of(booking_id: Any) -> str:
    found = (
        "SELECT a.room_id FROM allocations a JOIN booking_rooms r ON r.id = a.booking_room_id WHERE booking_id = :id"
    )
    return str(one(found, id=booking_id))


def test_held_rooms_become_booked_rooms(api: Api) -> None:
    held = book(api, factories.hotel())
    before = one("SELECT id FROM allocations")
    assert pay(held["id"]) is Outcome.SAME_ROOMS
    assert (
        one("SELECT id FROM allocations WHERE hold_expires_at IS NULL") == before
    )  # an update, never delete and insert
    assert status(held["id"]) == "confirmed"
    assert [event["status"] for event in told("room_status_changed")] == ["locked", "booked"]
    (event,) = told("new_booking")
    assert (event["booking_id"], event["reference"]) == (held["id"], held["reference"])
    assert one("SELECT count(*) FROM outgoing_emails") == 2
    assert "BEGIN:VCALENDAR" in one(
        "SELECT attachments->0->>'content' FROM outgoing_emails WHERE kind = 'booking_confirmed'"
    )


def test_case_06_confirm_wins_over_a_sweep_that_comes_later(api: Api) -> None:
    held = book(api, factories.hotel())
    lapse(held["id"], seconds=0)
    assert pay(held["id"]) is Outcome.SAME_ROOMS
    assert expire.sweep() == 0
    assert status(held["id"]) == "confirmed"


def test_case_06_at_the_same_instant_exactly_one_result(api: Api) -> None:
    hotel = factories.hotel({"Deluxe": 12})
    for _ in range(12):
        held = book(api, hotel)
        lapse(held["id"], seconds=0)
        calls: list[Callable[[], Any]] = [partial(pay, held["id"]), expire.sweep]
        outcome, _swept = at_once(calls)
        assert outcome in {Outcome.SAME_ROOMS, Outcome.SAME_TYPES}
        assert status(held["id"]) == "confirmed"
        assert one("SELECT count(*) FROM allocations WHERE hold_expires_at IS NOT NULL") == 0
    assert one("SELECT count(*) FROM allocations") == 12
    assert overlaps() == 0


class TestLadder:
    def test_case_39_the_same_rooms_when_they_are_free(self, api: Api) -> None:
        late = expired(book(api, factories.hotel({"Deluxe": 3})))
        assert pay(late["id"]) is Outcome.SAME_ROOMS
        assert room_of(late["id"]) == late["rooms"][0]["room_id"]
        assert one("SELECT count(*) FROM outgoing_emails WHERE kind = 'booking_confirmed'") == 1

    def test_another_room_of_the_type_when_its_own_is_gone(self, api: Api) -> None:
        hotel = factories.hotel({"Deluxe": 2})
        late = expired(book(api, hotel))
        other = book(api, hotel)
        assert other["rooms"][0]["room_id"] == late["rooms"][0]["room_id"]
        assert pay(late["id"]) is Outcome.SAME_TYPES
        assert room_of(late["id"]) not in {room_of(other["id"]), "None"}
        assert one("SELECT count(*) FROM outgoing_emails WHERE kind = 'booking_moved'") == 1

    def test_the_next_dearer_type_at_the_price_paid(self, api: Api) -> None:
        hotel = factories.hotel({"Deluxe": 1, "Executive": 1, "Suite": 1})
        late = expired(book(api, hotel, "Deluxe"))
        book(api, hotel, "Deluxe")
        assert pay(late["id"]) is Outcome.BETTER_TYPE
        assert room_of(late["id"]) == str(hotel.types["Executive"].rooms[0])
        assert one("SELECT total_amount FROM bookings WHERE id = :id", id=late["id"]) == late["total_amount"]

    def test_never_two_steps_up_nor_a_cheaper_type(self, api: Api) -> None:
        hotel = factories.hotel({"Deluxe": 1, "Executive": 1, "Suite": 1})
        late = expired(book(api, hotel, "Deluxe"))
        book(api, hotel, "Deluxe")
        book(api, hotel, "Executive")
        assert pay(late["id"]) is Outcome.NO_ROOM
        suite = expired(book(api, hotel, "Suite", start=20))
        book(api, hotel, "Suite", start=20)
        assert pay(suite["id"]) is Outcome.NO_ROOM

    def test_case_40_nothing_is_left(self, api: Api) -> None:
        hotel = factories.hotel()
        late = expired(book(api, hotel))
        book(api, hotel)
        assert pay(late["id"]) is Outcome.NO_ROOM
        assert status(late["id"]) == "expired"
        assert one("SELECT count(*) FROM allocations") == 1
        assert one("SELECT count(*) FROM outgoing_emails") == 0

    def test_the_whole_booking_climbs_or_none_of_it(self, api: Api) -> None:
        hotel = factories.hotel({"Deluxe": 2, "Executive": 1})
        two = factories.booking_request(hotel, "Deluxe")["rooms"] * 2
        late = expired(book(api, hotel, "Deluxe", rooms=two))
        book(api, hotel, "Deluxe")
        assert pay(late["id"]) is Outcome.BETTER_TYPE
        types = one(
            "SELECT array_agg(room_type_id::text ORDER BY room_type_id) FROM booking_rooms WHERE booking_id = :id",
            id=late["id"],
        )
        assert types == sorted(str(hotel.types[name].id) for name in ("Deluxe", "Executive"))
        later = expired(book(api, hotel, "Deluxe", rooms=two, start=20))
        book(api, hotel, "Deluxe", start=20)
        book(api, hotel, "Executive", start=20)
        assert pay(later["id"]) is Outcome.NO_ROOM
        assert one("SELECT count(*) FROM allocations WHERE check_in = :day", day=factories.in_days(20)) == 2

    def test_a_rung_that_broke_leaves_nothing_announced(self, api: Api) -> None:
        """One of the two rooms is only held by a lapsed booking, the other is taken: nothing became free by trying."""
        hotel = factories.hotel({"Deluxe": 2})
        two = factories.booking_request(hotel, "Deluxe")["rooms"] * 2
        late = expired(book(api, hotel, rooms=two))
        other, lapsed = book(api, hotel), book(api, hotel)
        assert pay(other["id"]) is Outcome.SAME_ROOMS
        lapse(lapsed["id"])
        before = len(told("room_status_changed"))
        assert pay(late["id"]) is Outcome.NO_ROOM
        assert len(told("room_status_changed")) == before
        assert one("SELECT count(*) FROM allocations") == 2

    def test_a_hotel_that_does_not_sell_and_a_stay_that_has_begun_get_none(self, api: Api) -> None:
        hotel = factories.hotel()
        late = expired(book(api, hotel))
        for status_of_hotel in ("suspended", "paused", "closed"):
            run("UPDATE hotels SET status = :status", status=status_of_hotel)
            assert pay(late["id"]) is Outcome.HOTEL_NOT_SELLING
        run("UPDATE hotels SET status = 'active'")
        run("UPDATE bookings SET stay = daterange(current_date - 2, current_date)")
        assert pay(late["id"]) is Outcome.NO_ROOM

    def test_a_cancelled_booking_is_never_revived(self, api: Api) -> None:
        held = book(api, factories.hotel())
        run("UPDATE bookings SET status = 'cancelled'")
        with pytest.raises(IllegalTransition):
            pay(held["id"])
        assert one("SELECT count(*) FROM allocations WHERE hold_expires_at IS NULL") == 0

    def test_two_late_payers_and_one_room(self, api: Api) -> None:
        hotel = factories.hotel()
        first = expired(book(api, hotel))
        second = expired(book(api, hotel))
        outcomes = at_once([lambda: pay(first["id"]), lambda: pay(second["id"])])
        assert sorted(outcomes) == [Outcome.NO_ROOM, Outcome.SAME_ROOMS]
        assert overlaps() == 0
