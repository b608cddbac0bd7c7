"""Events of a hotel are numbered without gaps, whoever announces them at the same time."""

import threading
from uuid import UUID

import pytest
from sqlalchemy import text

from app.core.announce import HotelEvent, UserEvent, announce, last_seq
from app.core.columns import new_id
from app.core.db import reading, transaction
from tests import factories

pytestmark = pytest.mark.usefixtures("application")


def fact(hotel_id: UUID, word: str) -> HotelEvent:
    return HotelEvent(hotel_id, "told", {"word": word})


def log(hotel_id: UUID) -> list[tuple[int, str]]:
    with reading() as session:
        rows = session.execute(
            text("SELECT seq, payload->>'word' FROM hotel_events WHERE hotel_id = :id ORDER BY seq"), {"id": hotel_id}
        )
        return [(row[0], row[1]) for row in rows]


def outbox() -> list[tuple[str, str, dict[str, object]]]:
    with reading() as session:
        rows = session.execute(text("SELECT name, queue, payload FROM outbox WHERE kind = 'event' ORDER BY id"))
        return [(row[0], row[1], row[2]) for row in rows]


def tell(*events: HotelEvent | UserEvent) -> None:
    with transaction() as session:
        announce(session, *events)


def test_events_are_written_once_with_number_hotel_and_time() -> None:
    hotel, user = factories.hotel().id, new_id()
    tell(fact(hotel, "a"), UserEvent(user, "heard", {"booking_id": "b"}), fact(hotel, "b"))
    assert log(hotel) == [(1, "a"), (2, "b")]
    first, second, third = outbox()
    assert [row[:2] for row in (first, second, third)] == [
        ("told", f"hotel:{hotel}"),
        ("told", f"hotel:{hotel}"),
        ("heard", f"user:{user}"),
    ]
    assert first[2].keys() == {"word", "seq", "hotel_id", "timestamp"}
    assert (first[2]["seq"], first[2]["hotel_id"], second[2]["seq"]) == (1, str(hotel), 2)
    assert str(first[2]["timestamp"]).endswith("Z")
    assert third[2] == {"booking_id": "b"}


def test_a_transaction_that_fails_takes_no_number() -> None:
    hotel = factories.hotel().id
    tell(fact(hotel, "a"))
    with pytest.raises(ZeroDivisionError):
        tell_and_break(hotel)
    tell(fact(hotel, "b"))
    assert log(hotel) == [(1, "a"), (2, "b")]
    assert len(outbox()) == 2
    with reading() as session:
        assert (last_seq(session, hotel), last_seq(session, new_id())) == (2, 0)


def tell_and_break(hotel_id: UUID) -> None:
    with transaction() as session:
        announce(session, fact(hotel_id, "lost"))
        raise ZeroDivisionError


def test_each_hotel_counts_for_itself() -> None:
    one, two = factories.hotel().id, factories.hotel().id
    tell(fact(two, "a"), fact(one, "b"), fact(two, "c"))
    assert (log(one), log(two)) == ([(1, "b")], [(1, "a"), (2, "c")])


def test_no_gaps_and_no_deadlock_when_twenty_tell_two_hotels_at_once() -> None:
    hotels = [factories.hotel().id for _ in range(2)]
    at_once, failed = threading.Barrier(20), list[BaseException]()

    def tell_both(number: int) -> None:
        facts = [fact(hotel, f"{number}-{step}") for step in range(3) for hotel in hotels[:: 1 if number % 2 else -1]]
        at_once.wait(10)
        try:
            tell(*facts)
        except BaseException as error:
            failed.append(error)

    threads = [threading.Thread(target=tell_both, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert failed == []
    for hotel in hotels:
        told = log(hotel)
        assert [seq for seq, _ in told] == list(range(1, 61))
        groups = [[word.split("-") for _, word in told[at : at + 3]] for at in range(0, 60, 3)]
        assert all([group[0][0]] * 3 == [who for who, _ in group] for group in groups)
        assert all([step for _, step in group] == ["0", "1", "2"] for group in groups)
    assert len(outbox()) == 120
