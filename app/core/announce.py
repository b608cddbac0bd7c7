"""Telling dashboards and guests. Events are gathered while a transaction works and written as its very last statements.

A hotel's event takes the hotel's next number, which locks the hotel's counter: taken last, in the order of hotel ids, it is held for a
moment only and cannot deadlock. `hotel_events` is the record; the outbox rows beside it are the hint that the relay emits.
"""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from app.core import wakeup
from app.core.clock import rfc3339, sql_now
from app.core.models import HotelCounter, HotelEventRow, OutboxRow
from app.core.outbox import event_row

_PENDING = "announcements"


@dataclass(frozen=True, slots=True)
class HotelEvent:
    """A fact told to the dashboards of a hotel; `seq`, `hotel_id` and `timestamp` are added when it is written.

    `user_id`: told to this user as well, without the hotel's number.
    """

    hotel_id: UUID
    name: str
    payload: dict[str, Any]
    user_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class UserEvent:
    """A fact told to one user's sockets, payload as it is. Not recorded: users learn the same by mail and API."""

    user_id: UUID
    name: str
    payload: dict[str, Any]


def announce(session: Session, *events: HotelEvent | UserEvent) -> None:
    """Remembers the events until the transaction is about to commit."""
    session.info.setdefault(_PENDING, []).extend(events)


@contextmanager
def revocable(session: Session) -> Iterator[None]:
    """For a savepoint: what was announced inside is forgotten when it is left by an error, as its rows are."""
    before = len(session.info.get(_PENDING, []))
    try:
        yield
    except BaseException:
        del session.info.get(_PENDING, [])[before:]
        raise


def write(session: Session) -> None:
    """Numbers and writes what was announced. `transaction()` calls it last."""
    events: list[HotelEvent | UserEvent] = session.info.pop(_PENDING, [])
    if not events:
        return
    session.flush()
    rows = _numbered(session, [event for event in events if isinstance(event, HotelEvent)])
    rows += [
        event_row(event.name, f"user:{event.user_id}", event.payload)
        for event in events
        if isinstance(event, UserEvent)
    ]
    session.execute(insert(OutboxRow).values(rows))
    session.info[wakeup.NEEDED] = True


def _numbered(session: Session, events: list[HotelEvent]) -> list[dict[str, Any]]:
    by_hotel: dict[UUID, list[HotelEvent]] = defaultdict(list)
    for event in events:
        by_hotel[event.hotel_id].append(event)
    records: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    for hotel_id in sorted(by_hotel):
        facts = by_hotel[hotel_id]
        last, at = _take_numbers(session, hotel_id, len(facts))
        for seq, fact in enumerate(facts, start=last - len(facts) + 1):
            payload = fact.payload | {"seq": seq, "hotel_id": str(hotel_id), "timestamp": rfc3339(at)}
            records.append({"hotel_id": hotel_id, "seq": seq, "name": fact.name, "payload": payload})
            rows += _told(fact, payload)
    if records:
        session.execute(insert(HotelEventRow).values(records))
    return rows


def _told(fact: HotelEvent, payload: dict[str, Any]) -> list[dict[str, Any]]:
    """To the hotel, and to the user if there is one."""
    rows = [event_row(fact.name, f"hotel:{fact.hotel_id}", payload)]
    if fact.user_id:
        unnumbered = {name: value for name, value in payload.items() if name != "seq"}
        rows.append(event_row(fact.name, f"user:{fact.user_id}", unnumbered))
    return rows


def _take_numbers(session: Session, hotel_id: UUID, count: int) -> tuple[int, datetime]:
    """Takes `count` numbers of the hotel; returns the last of them and the instant at which they were taken."""
    statement = (
        upsert(HotelCounter)
        .values(hotel_id=hotel_id, last_seq=count)
        .on_conflict_do_update(index_elements=["hotel_id"], set_={"last_seq": HotelCounter.last_seq + count})
        .returning(HotelCounter.last_seq, sql_now())
    )
    last, at = session.execute(statement).one()
    return last, at


def last_seq(session: Session, hotel_id: UUID) -> int:
    """The number of the hotel's latest event, 0 when it has none."""
    return session.scalar(select(HotelCounter.last_seq).where(HotelCounter.hotel_id == hotel_id)) or 0
