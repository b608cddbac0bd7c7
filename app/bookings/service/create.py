"""Booking: a price by the server, rooms by the constraint, all or nothing, once per key."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from uuid import UUID

from sqlalchemy.orm import Session

from app.bookings import alternatives, emails, events, queries
from app.bookings.asker import Booker
from app.bookings.errors import PhoneRequired, PriceChanged, TooManyHolds, TooManyUnpaid
from app.bookings.models import Booking, BookingStatus
from app.bookings.reference import new_reference
from app.bookings.request import BookingRequest
from app.bookings.service import assign, figures, record
from app.bookings.service.locks import RoomLocks
from app.bookings.tokens import FIRST_VERSION
from app.config import settings
from app.core import idempotency, logging, throttle
from app.core.announce import announce
from app.core.columns import new_id
from app.core.db import reading, retrying, transaction
from app.core.errors import AppError
from app.mail.service import queue_email
from app.rates.errors import UnknownRate
from app.rates.models import PaymentTiming
from app.rates.quote import Quote, RoomWish, quote
from app.rooms import ledger
from app.rooms.errors import RoomTaken
from app.rooms.queries import types_of_rooms
from app.rooms.states import Night

CROWDED = "Very many rooms are held from your network right now; try again in a few minutes"
CROWDED_TODAY = (
    "Very many rooms to be paid at the hotel were booked from your network today; pay now, or try again later"
)
DAY = 86_400

log = logging.logger(__name__)


@dataclass(frozen=True, slots=True)
class Created:
    """`replayed`: the key had made this booking before."""

    booking_id: UUID
    replayed: bool


@dataclass(frozen=True, slots=True)
class Written:
    """What the transaction wrote; told to others after its commit."""

    booking: Booking
    room_ids: list[UUID]

    @property
    def is_hold(self) -> bool:
        return self.booking.status == BookingStatus.PENDING_PAYMENT


def by_guest(booker: Booker, request: BookingRequest, key: idempotency.Key) -> Created:
    """Books for the guest. Raises what `quote` raises, PhoneRequired, PriceChanged, TooManyHolds, TooManyUnpaid, RoomTaken with offers."""
    if booker.user_id is None and request.guest.phone is None:
        raise PhoneRequired(errors={"json": {"guest": {"phone": ["Missing data for required field."]}}})
    try:
        return _book(booker, request, key)
    except AppError as refusal:
        if made := idempotency.earlier(key):  # nobody is refused by his own booking
            return Created(made, replayed=True)
        if isinstance(refusal, RoomTaken):
            raise RoomTaken(offers=alternatives.offers(request)) from refusal
        raise


@retrying
def _book(booker: Booker, request: BookingRequest, key: idempotency.Key) -> Created:
    quoted = _priced(request)
    booking_id = new_id()
    hint = RoomLocks(booking_id, request.named_rooms, request.check_in, request.check_out)
    _refuse_if_surely_taken(hint, request)
    written = None
    try:
        with transaction() as session:
            made = idempotency.claim_in_turn(session, key, booking_id, request.guest.email)
            if made is None:
                written = _write(session, booker, request, quoted, booking_id)
    finally:
        if written is None:
            hint.give_back()
    if written:
        _tell(written)
    return Created(made or booking_id, replayed=made is not None)


def _priced(request: BookingRequest) -> Quote:
    with reading() as session:
        types = types_of_rooms(session, request.hotel_id, request.named_rooms)
        wishes = [
            RoomWish(_type_of(room.room_type_id, room.room_id, types), room.rate_plan_id, room.adults, room.children)
            for room in request.rooms
        ]
        quoted = quote(session, request.hotel_id, request.check_in, request.check_out, wishes)
    if request.expected_total is not None and request.expected_total != quoted.total_amount:
        raise PriceChanged(quote=alternatives.quote_view(quoted))
    return quoted


def _type_of(room_type_id: UUID | None, room_id: UUID | None, types: dict[UUID, UUID]) -> UUID:
    found = room_type_id or types.get(room_id or UUID(int=0))
    if found is None:
        raise UnknownRate(room_id=room_id)
    return found


def _refuse_if_surely_taken(hint: RoomLocks, request: BookingRequest) -> None:
    """Redis may only refuse together with PostgreSQL; alone it is a hint, and we go on without its keys."""
    if not hint.room_ids or hint.take(settings().hold_seconds):
        return
    with reading() as session:
        if ledger.is_taken(session, hint.room_ids, request.stay):
            raise RoomTaken


def _write(session: Session, booker: Booker, request: BookingRequest, quoted: Quote, booking_id: UUID) -> Written:
    until = None
    if quoted.payment_timing == PaymentTiming.PAY_NOW:
        until = quoted.hotel.now + timedelta(seconds=settings().hold_seconds)
    _refuse_too_many(session, booker, request, is_hold=until is not None)
    wants = [
        assign.Want(new_id(), room.room_type_id, asked.room_id)
        for room, asked in zip(quoted.rooms, request.rooms, strict=True)
    ]
    rooms = assign.take_rooms(session, ledger.Stay(request.hotel_id, request.stay, until), wants)
    booking = _booking(booker, request, quoted, booking_id, until)
    record.write(session, booking, quoted, wants, rooms)
    written = Written(booking, sorted(rooms.values()))
    _announce(session, written)
    return written


def _refuse_too_many(session: Session, booker: Booker, request: BookingRequest, *, is_hold: bool) -> None:
    """Whoever has enough open already: by his account, or by the e-mail, which no account is a way around. The address is a high ceiling
    and takes no turns, so requests at once may pass it by a few.
    """
    most = settings().holds_per_address
    status = BookingStatus.PENDING_PAYMENT if is_hold else BookingStatus.CONFIRMED
    limits, refusal = _limits(is_hold=is_hold), TooManyHolds if is_hold else TooManyUnpaid
    standing = queries.open_bookings(session, booker.user_id, request.guest.email, booker.address, most)
    full = [found for found in standing if found.status == status and found.bookings >= limits[found.whose]]
    if full:
        worst = max(full, key=lambda found: found.seconds)
        raise refusal(CROWDED if worst.whose == "address" else None, retry_after=max(1, round(worst.seconds)))
    if not is_hold:
        _refuse_crowd(session, booker.address)


def _refuse_crowd(session: Session, address: str | None) -> None:
    """No hold runs out here, and e-mails and accounts are free: else one machine could take all that is sold so, for a year ahead."""
    most = settings().unpaid_bookings_per_address
    seconds = throttle.take(session, throttle.Bucket("unpaid_address", address or "unknown", most, DAY))
    if seconds:
        raise TooManyUnpaid(CROWDED_TODAY, retry_after=ceil(seconds))


def _limits(*, is_hold: bool) -> dict[str, int]:
    chosen = settings()
    if is_hold:
        return {"user": chosen.holds_per_guest, "email": chosen.holds_per_email, "address": chosen.holds_per_address}
    return {"user": chosen.unpaid_bookings_per_guest, "email": chosen.unpaid_bookings_per_guest}


def _booking(
    booker: Booker, request: BookingRequest, quoted: Quote, booking_id: UUID, until: datetime | None
) -> Booking:
    """As it is written; never of a session, for `record` writes it."""
    confirmed_at = quoted.hotel.now if until is None else None
    return Booking(
        id=booking_id,
        reference=new_reference(),
        hotel_id=request.hotel_id,
        user_id=booker.user_id,
        token_version=None if booker.user_id else FIRST_VERSION,
        booked_from=booker.address,
        status=BookingStatus.CONFIRMED if until is None else BookingStatus.PENDING_PAYMENT,
        payment_timing=quoted.payment_timing,
        check_in=request.check_in,
        check_out=request.check_out,
        guest_name=request.guest.name,
        guest_email=request.guest.email,
        guest_phone=request.guest.phone,
        special_requests=request.special_requests,
        search_id=request.search_id,
        rooms_amount=quoted.rooms_amount,
        charges_amount=quoted.charges_amount,
        total_amount=quoted.total_amount,
        currency=quoted.currency,
        hold_expires_at=until,
        release_at=until,
        confirmed_at=confirmed_at,
    )


def _announce(session: Session, written: Written) -> None:
    booking = written.booking
    night = Night.LOCKED if written.is_hold else Night.BOOKED
    announce(session, *events.rooms_became(booking, written.room_ids, night))
    if not written.is_hold:
        announce(session, events.new_booking(booking))
        for mail in emails.confirmed(session, booking.id):
            queue_email(session, mail)


def _tell(written: Written) -> None:
    """After the commit: the winner writes his keys, the log and the figures."""
    booking = written.booking
    if written.is_hold:
        RoomLocks(booking.id, written.room_ids, booking.check_in, booking.check_out).take(settings().hold_seconds)
    figures.created(booking)
    logging.note(booking=booking.reference, booking_id=str(booking.id))
    log.info("booking_created", status=booking.status)
