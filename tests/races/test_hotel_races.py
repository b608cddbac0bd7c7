"""Bookings that meet a hotel on its way out of sale, and people who leave it at the same moment."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest
from sqlalchemy import text

from app.bookings.service import create, record
from app.core.db import transaction
from app.hotels import member_queries, queries
from tests import factories
from tests.api import Api, new_key
from tests.factories import HotelForTests
from tests.hotels.people import People, people_of, rows
from tests.payments.stage import run
from tests.payments.till import eventually
from tests.races.crowd import at_once, statuses

pytestmark = pytest.mark.usefixtures("application")

WHY = {"reason": "Fire"}
DAWDLE = """
CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.3); RETURN NULL; END $$;
CREATE TRIGGER dawdle AFTER INSERT ON booking_history FOR EACH ROW EXECUTE FUNCTION dawdle();
"""


def book(api: Api, hotel: HotelForTests) -> Any:
    return api.post("/bookings", factories.booking_request(hotel), key=new_key())


def counted(table: str) -> int:
    return int(rows(f"SELECT count(*) AS number FROM {table}")[0]["number"])


@pytest.fixture
def hotel() -> HotelForTests:
    return factories.hotel({"Deluxe": 30})


@pytest.fixture
def people(api: Api, hotel: HotelForTests) -> People:
    return people_of(api, hotel.id)


@pytest.fixture
def between(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Any]], None]:
    """Lets another request succeed after a booking's price was computed and before its transaction begins."""

    def happens(call: Callable[[], Any]) -> None:
        priced = create._priced

        def then(request: Any) -> Any:
            quoted = priced(request)
            with ThreadPoolExecutor(1) as pool:  # a thread of its own, as any other request has
                answer = pool.submit(call).result()
            assert answer.status_code == 200, answer.text
            return quoted

        monkeypatch.setattr(create, "_priced", then)

    return happens


@pytest.mark.parametrize("path", ["suspend", "pause", "close"])
def test_a_booking_priced_before_the_hotel_stopped_is_not_written_after(
    people: People, hotel: HotelForTests, between: Callable[[Callable[[], Any]], None], path: str
) -> None:
    prefix, someone = ("/hotels", people.owner) if path == "pause" else ("/admin/hotels", people.platform)
    between(lambda: someone.post(f"{prefix}/{hotel.id}/{path}", WHY))
    answer = book(people.guest, hotel)
    assert (answer.status_code, answer.json["code"]) == (422, "not_on_sale"), answer.text
    assert answer.json["reasons"] == [{"reason": "hotel_not_selling"}]
    tables = ("bookings", "booking_rooms", "booking_nights", "booking_history", "allocations", "idempotency_keys")
    assert [counted(table) for table in tables] == [0] * len(tables)


def test_control_without_the_look_at_the_hotel_it_is_written(
    people: People,
    hotel: HotelForTests,
    between: Callable[[Callable[[], Any]], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    unguarded = record.WRITE.replace("AND status = 'active' FOR KEY SHARE", "")
    assert unguarded != record.WRITE
    monkeypatch.setattr(record, "WRITE", unguarded)
    between(lambda: people.platform.post(f"/admin/hotels/{hotel.id}/suspend", WHY))
    assert book(people.guest, hotel).status_code == 201
    assert rows("SELECT status FROM hotels WHERE id = :id", id=hotel.id) == [{"status": "suspended"}]


@pytest.fixture
def slow_bookings(application: Any) -> Iterator[None]:
    """A booking that is written takes a while to commit."""
    with transaction() as session:
        session.execute(text(DAWDLE))
    yield
    with transaction() as session:
        session.execute(text("DROP TRIGGER dawdle ON booking_history"))
        session.execute(text("DROP FUNCTION dawdle()"))


@pytest.mark.usefixtures("slow_bookings")
def test_a_suspension_waits_for_bookings_that_are_being_written(people: People, hotel: HotelForTests) -> None:
    """So that what it counts, tells and promises is true: whatever was sold was sold before."""
    answers: list[Any] = []
    booking = threading.Thread(target=lambda: answers.append(book(people.guest, hotel)))
    booking.start()
    eventually(
        lambda: rows(
            "SELECT 1 AS found FROM pg_locks l JOIN pg_class c ON c.oid = l.relation WHERE c.relname = 'booking_history'"
        )
    )
    assert people.platform.post(f"/admin/hotels/{hotel.id}/suspend", WHY).status_code == 200
    booking.join()
    assert answers[0].status_code == 201
    (order,) = rows(
        "SELECT (SELECT max(at) FROM booking_history) < (SELECT at FROM hotel_status_log WHERE step = 'suspend') AS is_right"
    )
    assert order["is_right"]


def test_a_booking_that_comes_while_a_suspension_is_under_way_waits_and_is_refused(
    people: People, hotel: HotelForTests
) -> None:
    answers: list[Any] = []
    booking = threading.Thread(target=lambda: answers.append(book(people.guest, hotel)))
    with transaction() as session:
        row = queries.lock_for_step(session, hotel.id)
        booking.start()
        eventually(lambda: rows("SELECT 1 AS found FROM pg_locks WHERE NOT granted"))
        row.status = "suspended"
        session.flush()
    booking.join()
    assert (answers[0].status_code, answers[0].json["code"]) == (422, "not_on_sale")
    assert (counted("bookings"), counted("allocations")) == (0, 0)


def test_changing_facts_delays_no_booking(people: People, hotel: HotelForTests) -> None:
    with ThreadPoolExecutor(1) as pool, transaction() as session:
        queries.lock_hotel(session, hotel.id)
        assert pool.submit(book, people.guest, hotel).result().status_code == 201


def test_many_guests_and_one_suspension(api: Api, people: People, hotel: HotelForTests) -> None:
    """Each got his room before the hotel stopped selling, or got none."""
    guests = [api.as_(factories.person()) for _ in range(20)]
    calls: list[Callable[[], Any]] = [partial(book, guest, hotel) for guest in guests]
    calls.insert(10, partial(people.platform.post, f"/admin/hotels/{hotel.id}/suspend", WHY))
    answers = at_once(calls)
    suspended = answers.pop(10)
    assert suspended.status_code == 200, suspended.text
    counts = statuses(answers)
    assert set(counts) <= {201, 422}, [answer.text for answer in answers]
    assert counted("bookings") == counts[201]
    (late,) = rows("""SELECT count(*) AS number FROM booking_history b, hotel_status_log h
                      WHERE h.step = 'suspend' AND b.at > h.at""")
    assert late["number"] == 0


@pytest.mark.parametrize("turn", range(4))
def test_a_booking_and_a_closing_at_once_leave_no_guest_at_a_closed_hotel(
    people: People, hotel: HotelForTests, turn: int
) -> None:
    calls: list[Callable[[], Any]] = [
        partial(book, people.guest, hotel),
        partial(people.owner.post, f"/hotels/{hotel.id}/close"),
    ]
    booked, closed = (
        answer.status_code for answer in at_once(calls[:: 1 if turn % 2 else -1])[:: 1 if turn % 2 else -1]
    )
    assert (booked, closed) in {(201, 409), (422, 200)}


class TestTheLastAdmin:
    @pytest.fixture
    def pair(self, api: Api, people: People) -> list[tuple[Api, str]]:
        """Two admins, each with the path to himself."""
        second = factories.member(people.hotel_id)
        path = f"/hotels/{people.hotel_id}/members"
        return [
            (people.owner, f"{path}/{people.owner_person.id}"),
            (api.as_(second), f"{path}/{second.id}"),
        ]

    def admins(self, people: People) -> int:
        found = rows(
            "SELECT 1 AS one FROM hotel_members WHERE hotel_id = :id AND role = 'hotel_admin'", id=people.hotel_id
        )
        return len(found)

    def test_control_without_the_hotels_lock_both_leave(
        self, people: People, pair: list[tuple[Api, str]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        both_have_counted = threading.Barrier(2)
        count = member_queries.count_other_admins

        def slowly(*args: Any) -> int:
            counted = count(*args)
            both_have_counted.wait(timeout=5)
            return counted

        monkeypatch.setattr(queries, "lock_hotel", lambda *_: None)
        monkeypatch.setattr(member_queries, "count_other_admins", slowly)
        assert statuses(at_once([partial(someone.delete, path) for someone, path in pair])) == {204: 2}
        assert self.admins(people) == 0

    @pytest.mark.parametrize("turn", range(5))
    def test_two_who_leave_at_once_leave_one(self, people: People, pair: list[tuple[Api, str]], turn: int) -> None:
        answers = at_once([partial(someone.delete, path) for someone, path in pair])
        assert statuses(answers) == {204: 1, 409: 1}
        assert self.admins(people) == 1

    @pytest.mark.parametrize("turn", range(5))
    def test_two_who_demote_each_other_at_once(self, people: People, pair: list[tuple[Api, str]], turn: int) -> None:
        (first, to_first), (second, to_second) = pair
        body = {"role": "hotel_staff"}
        answers = at_once([partial(first.patch, to_second, body), partial(second.patch, to_first, body)])
        assert statuses(answers)[200] == 1
        assert set(statuses(answers)) <= {200, 403, 409}
        assert self.admins(people) == 1


def test_one_link_opened_five_times_at_once_makes_one_member(api: Api, people: People) -> None:
    people.owner.post(f"/hotels/{people.hotel_id}/invitations", {"email": "ada@example.com", "role": "hotel_staff"})
    (mail,) = rows("SELECT text FROM outgoing_emails WHERE kind = 'hotel_invitation'")
    token = mail["text"].partition("token=")[2].split()[0]
    ada = api.as_(factories.person(email="ada@example.com"))
    answers = at_once([partial(ada.post, "/invitations/accept", {"token": token})] * 5)
    assert statuses(answers) == {200: 1, 410: 4}
    assert len(rows("SELECT 1 AS one FROM audit_log WHERE verb = 'member.join'")) == 1


def test_invitations_to_one_address_at_once_leave_one_that_works(people: People) -> None:
    path, body = f"/hotels/{people.hotel_id}/invitations", {"email": "ada@example.com", "role": "hotel_staff"}
    assert statuses(at_once([partial(people.owner.post, path, body)] * 5)) == {202: 5}
    assert counted("hotel_invitations") == 1


def test_two_steps_at_once_are_one_step_and_a_refusal(people: People) -> None:
    run("UPDATE hotels SET status = 'submitted' WHERE id = :id", id=people.hotel_id)
    path = f"/admin/hotels/{people.hotel_id}"
    answers = at_once(
        [partial(people.platform.post, f"{path}/approve"), partial(people.platform.post, f"{path}/reject", WHY)]
    )
    assert statuses(answers) == {200: 1, 409: 1}
    assert len(rows("SELECT 1 AS one FROM hotel_status_log")) == 1


def test_two_drafts_of_one_name_at_once_get_two_slugs(api: Api) -> None:
    owners = [api.as_(factories.verified()) for _ in range(3)]
    answers = at_once([partial(owner.post, "/hotels", {"name": "Amber House"}) for owner in owners])
    assert statuses(answers) == {201: 3}
    assert len({answer.json["slug"] for answer in answers}) == 3


def test_of_two_changes_with_one_tag_at_once_one_is_made(people: People) -> None:
    path = f"/hotels/{people.hotel_id}"
    read = {"If-Match": people.owner.get(path).headers["ETag"]}
    answers = at_once([partial(people.owner.patch, path, {"stars": stars}, **read) for stars in (1, 2, 3)])
    assert statuses(answers) == {200: 1, 412: 2}
