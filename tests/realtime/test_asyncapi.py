"""The AsyncAPI document says what is really sent."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import jsonschema  # type: ignore[import-untyped]
import pytest
import yaml  # type: ignore[import-untyped]
from flask import Flask
from sqlalchemy import text
from sqlalchemy.dialects.postgresql import Range

from app.auth import tokens
from app.auth.service import logout
from app.bookings import events as of_bookings
from app.bookings.models import Booking, BookingStatus, PaymentStatus
from app.core.announce import HotelEvent, UserEvent, announce
from app.core.columns import new_id
from app.core.db import reading, transaction
from app.inventory import events as of_inventory
from app.payments import events as of_payments
from app.payments.models import Payment, Refund
from app.rates import events as of_rates
from app.realtime.server import COMMANDS
from app.rooms.models import Room, RoomNow
from app.rooms.states import Night
from tests.factories import hotel, person
from tests.realtime.clients import dashboard
from tests.realtime.conftest import Staffed
from tests.realtime.processes import ROOT, Realtime

DOCUMENT = yaml.safe_load((ROOT / "docs" / "asyncapi.yaml").read_text())
MESSAGES = DOCUMENT["components"]["messages"]
SPOKEN_BY_THE_SOCKETS = {"hotel_seq", "left_hotel", "disconnecting"}


def check(message: str, payload: Any) -> None:
    schema = MESSAGES[message]["payload"] | {"components": DOCUMENT["components"]}
    jsonschema.Draft202012Validator(schema, format_checker=jsonschema.FormatChecker()).validate(payload)


def _booking(hotel_id: UUID, user_id: UUID) -> Booking:
    return Booking(
        id=new_id(),
        hotel_id=hotel_id,
        user_id=user_id,
        reference="SS-ABCDEF",
        status=BookingStatus.CONFIRMED,
        payment_status=PaymentStatus.PAID,
        check_in=date(2027, 1, 1),
        check_out=date(2027, 1, 3),
    )


def _everything_told(hotel_id: UUID, user_id: UUID) -> list[HotelEvent | UserEvent]:
    booking, payment, now = _booking(hotel_id, user_id), Payment(reference="pay_1", status="success"), datetime.now(UTC)
    told: list[HotelEvent | UserEvent] = [
        of_bookings.new_booking(booking),
        of_bookings.lock_expiring(user_id, booking.id, now, now),
        of_bookings.changed(booking),
        *of_bookings.lock_expired(booking),
        *of_payments.payment_ready(booking, payment),
        *of_payments.payment_succeeded(booking, payment),
        *of_payments.payment_failed(booking, payment),
        *of_payments.refund_changed(booking, payment, Refund(status="processed")),
    ]
    told.append(of_rates.rates_changed(hotel_id, [new_id()], date(2027, 1, 1), date(2027, 1, 2)))
    for status in Night:
        told += of_bookings.rooms_became(booking, [new_id()], status)
    room = Room(id=new_id(), hotel_id=hotel_id)
    told += [of_inventory.is_today(room, now, booking.check_in) for now in RoomNow]
    told += of_inventory.blocked(hotel_id, [room.id], Range(booking.check_in, booking.check_out))
    told += of_inventory.inventory_changed(hotel_id, new_id(), new_id())
    return told


def test_each_event_that_is_announced_is_documented_as_it_is_sent(emptied: None, application: Flask) -> None:
    told = _everything_told(hotel().id, person().id)
    with transaction() as session:
        announce(session, *told)
    with reading() as session:
        sent = session.execute(text("SELECT name, payload FROM outbox WHERE kind = 'event' ORDER BY id")).all()
    assert len(sent) == len(told) + 1  # booking_changed goes to the hotel and to its guest
    for name, payload in sent:
        check(name, payload)
    answers = {f"{command}_answer" for command in COMMANDS}
    assert {name for name, _ in sent} | SPOKEN_BY_THE_SOCKETS | set(COMMANDS) | answers == set(MESSAGES)


def test_each_answer_is_documented_as_it_is_given(realtime: Realtime, staffed: Staffed) -> None:
    with transaction() as session:
        announce(session, of_bookings.new_booking(_booking(staffed.hotel.id, staffed.person.id)))
    where = {"hotel_id": str(staffed.hotel.id)}
    asked: list[tuple[str, Any, bool]] = [
        ("join_hotel", where, True),
        ("join_hotel", where | {"after": 0}, True),
        ("join_hotel", {"hotel_id": str(new_id())}, False),
        ("join_hotel", {}, False),
        ("leave_hotel", where, True),
        ("leave_hotel", {}, False),
        ("authenticate", {"token": staffed.token}, True),
        ("authenticate", {"token": "garbage"}, False),
    ]
    with dashboard(realtime, staffed.token) as screen:
        for command, payload, succeeds in asked:
            answer = screen.ask(command, payload)
            assert answer["ok"] is succeeds, (command, payload)
            check(f"{command}_answer", answer)
            if succeeds:
                check(command, payload)
        replayed = screen.ask("join_hotel", where | {"after": 0})["events"]
        assert [event["event"] for event in replayed] == ["new_booking"]
        check("new_booking", replayed[0]["data"])


def test_goodbyes_are_documented_as_they_are_said(realtime: Realtime, staffed: Staffed) -> None:
    with dashboard(realtime, staffed.token) as screen:
        screen.ask("join_hotel", {"hotel_id": str(staffed.hotel.id)})
        with transaction() as session:
            session.execute(text("DELETE FROM hotel_members"))
        check("left_hotel", screen.await_event("left_hotel")[0])
        logout.here(tokens.decode_access(staffed.token).session_id)
        check("disconnecting", screen.await_event("disconnecting")[0])


def test_the_document_is_strict() -> None:
    with pytest.raises(jsonschema.ValidationError):
        check("hotel_seq", {"hotel_id": str(new_id()), "seq": 1, "guest": "Ada"})
    with pytest.raises(jsonschema.ValidationError):
        check("join_hotel_answer", {"ok": True, "code": "forbidden"})


def test_operations_name_messages_that_exist() -> None:
    channel = DOCUMENT["channels"]["socket"]["messages"]
    assert set(channel) == set(MESSAGES)
    used = set()
    for operation in DOCUMENT["operations"].values():
        for message in [*operation["messages"], *operation.get("reply", {}).get("messages", [])]:
            used.add(message["$ref"].rsplit("/", 1)[1])
    assert used == set(MESSAGES)
