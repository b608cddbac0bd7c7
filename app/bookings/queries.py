"""Every SELECT about bookings."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session, selectinload

from app.bookings.models import Booking, BookingChange, BookingHistory, BookingStatus, Cancellation, ChangeStatus
from app.core.clock import sql_now, sql_seconds
from app.core.errors import NotFound
from app.core.sql import by_hand, run
from app.hotels.models import HotelStatus

# One statement whatever the number of rooms and nights; `server_now` lets a client count down without trusting its own clock.
_RENDERED = """
SELECT b.id, b.id AS booking_id, b.token_version, b.reference, b.hotel_id, b.user_id, b.status, b.payment_status, b.payment_timing,
       b.check_in, b.check_out, b.check_out - b.check_in AS nights,
       b.guest_name, b.guest_email, b.guest_phone, b.special_requests, b.search_id,
       b.rooms_amount, b.charges_amount, b.total_amount, b.currency, b.hold_expires_at, b.created_at,
       b.paid_amount, b.returned_amount, b.forfeited_amount, b.least_penalty, b.revision,
       b.confirmed_at, b.cancelled_at, b.expired_at, clock_timestamp() AS server_now,
       h.status IN ('active', 'paused') AS keeps_holds, (clock_timestamp() AT TIME ZONE h.time_zone)::date AS hotel_today,
       (SELECT to_json(x) FROM booking_cancellations x WHERE x.booking_id = b.id) AS given_up,
       (SELECT to_json(c) FROM booking_changes c WHERE c.booking_id = b.id AND c.status = 'waiting') AS change,
       (SELECT json_agg(json_build_object('id', r.id, 'room_type_id', r.room_type_id, 'room_id', r.room_id,
                'rate_plan_id', r.rate_plan_id, 'terms', r.rate_plan_terms, 'adults', r.adults, 'children', r.children,
                'nights', (SELECT json_agg(json_build_object('date', n.night, 'amount', n.amount) ORDER BY n.night)
                           FROM booking_nights n WHERE n.booking_room_id = r.id)) ORDER BY r.position)
        FROM booking_rooms r WHERE r.booking_id = b.id) AS rooms,
       (SELECT coalesce(json_agg(json_build_object('name', c.name, 'amount', c.amount, 'is_included', c.is_included)
                                 ORDER BY c.id), '[]')
        FROM booking_charges c WHERE c.booking_id = b.id) AS charges
FROM bookings b JOIN hotels h ON h.id = b.hotel_id WHERE"""
RENDERED = by_hand(f"{_RENDERED} b.id = ANY(:ids) ORDER BY b.id DESC")
RENDERED_BY_REFERENCE = by_hand(f"{_RENDERED} b.reference = :reference")
RENDERED_BY_BOTH = by_hand(f"{_RENDERED} b.reference = :reference AND b.guest_email = :email")


def rendered(session: Session, ids: Sequence[UUID]) -> list[dict[str, Any]]:
    """The bookings with rooms, nights and charges as plain values, newest first. One statement."""
    return [dict(row) for row in run(session, RENDERED, {"ids": list(ids)}).mappings()]


def rendered_one(session: Session, booking_id: UUID) -> dict[str, Any]:
    """One as `rendered` has it, `server_now` after whatever was waited for. Raises NotFound."""
    (row,) = rendered(session, [booking_id]) or (None,)
    if row is None:
        raise NotFound
    return row


def find_rendered_by_reference(session: Session, reference: str) -> dict[str, Any] | None:
    """The booking as `rendered` has it."""
    row = run(session, RENDERED_BY_REFERENCE, {"reference": reference}).mappings().first()
    return None if row is None else dict(row)


def find_rendered_by_both(session: Session, reference: str, email: str) -> dict[str, Any] | None:
    """The booking of this reference if it is for this e-mail. The same statement finds nothing, whichever of the two is wrong."""
    row = run(session, RENDERED_BY_BOTH, {"reference": reference, "email": email}).mappings().first()
    return None if row is None else dict(row)


def get_booking(session: Session, booking_id: UUID) -> Booking:
    """With its rooms. Raises NotFound."""
    found = session.scalar(_with_rooms(booking_id))
    if found is None:
        raise NotFound
    return found


def lock_booking(session: Session, booking_id: UUID) -> Booking:
    """With its rooms; locked until the transaction ends. Raises NotFound."""
    found = session.scalar(
        _with_rooms(booking_id).with_for_update(key_share=True, of=Booking).execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFound
    return found


def _with_rooms(booking_id: UUID) -> Select[Booking]:
    return select(Booking).where(Booking.id == booking_id).options(selectinload(Booking.rooms))


def lock_booking_of_hotel(session: Session, hotel_id: UUID, booking_id: UUID) -> Booking:
    """As `lock_booking`. Raises NotFound, also for another hotel's."""
    booking = lock_booking(session, booking_id)
    if booking.hotel_id != hotel_id:
        raise NotFound
    return booking


def find_cancellation(session: Session, booking_id: UUID) -> Cancellation | None:
    """Of a locked booking."""
    return session.get(Cancellation, booking_id, populate_existing=True)


def find_waiting_change(session: Session, booking_id: UUID) -> BookingChange | None:
    """The one that waits for its payment, of a locked booking: whoever moves a change has its booking locked."""
    mine = (BookingChange.booking_id == booking_id) & (BookingChange.status == ChangeStatus.WAITING)
    return session.scalar(select(BookingChange).where(mine).execution_options(populate_existing=True))


def find_change_of_part(session: Session, booking_id: UUID, part: int) -> BookingChange | None:
    """What a payment of this part is to pay for."""
    mine = (BookingChange.booking_id == booking_id) & (BookingChange.part == part)
    return session.scalar(select(BookingChange).where(mine).execution_options(populate_existing=True))


def next_part(session: Session, booking_id: UUID) -> int:
    """The number of the next difference that is to be paid; the booking itself is part 1."""
    highest = select(func.coalesce(func.max(BookingChange.part), 1)).where(BookingChange.booking_id == booking_id)
    return (session.scalar(highest) or 1) + 1


def claim_with_lapsed_change(session: Session) -> Booking | None:
    """A booking whose change waits past its release and that nobody else is at, locked, with its rooms."""
    lapsed = (BookingChange.status == ChangeStatus.WAITING) & (BookingChange.release_at <= sql_now())
    statement = select(Booking).join(BookingChange, BookingChange.booking_id == Booking.id).where(lapsed)
    oldest = statement.order_by(BookingChange.release_at).limit(1).options(selectinload(Booking.rooms))
    return session.scalar(oldest.with_for_update(key_share=True, skip_locked=True, of=Booking))


def page_ids_of_user(session: Session, user_id: UUID, after: UUID | None, limit: int) -> list[UUID]:
    """Newest first, one more than `limit` so that the caller knows whether there is a next page."""
    statement = select(Booking.id).where(Booking.user_id == user_id).order_by(Booking.id.desc()).limit(limit + 1)
    if after is not None:
        statement = statement.where(Booking.id < after)
    return list(session.scalars(statement))


def history_of(session: Session, booking_id: UUID) -> list[BookingHistory]:
    """All that happened to it, oldest first."""
    mine = BookingHistory.booking_id == booking_id
    return list(session.scalars(select(BookingHistory).where(mine).order_by(BookingHistory.id)))


# What may be open only so often: holds that live, and stays to come that are to be paid at the hotel. The
# statement waits for nothing, so its beginning is now, and an index can be asked by it.
_IS_OPEN = """(status = 'pending_payment' AND release_at > statement_timestamp()
    OR status = 'confirmed' AND payment_timing = 'pay_at_hotel' AND payment_status = 'unpaid' AND check_in >= current_date)"""
OPEN = by_hand(f"""
SELECT whose, status, count(*) AS bookings, extract(epoch FROM min(ends) - statement_timestamp())::float8 AS seconds FROM (
  SELECT 'user' AS whose, status, coalesce(release_at, check_in + interval '1 day') AS ends FROM bookings
  WHERE user_id = :user_id::uuid AND {_IS_OPEN}
  UNION ALL
  SELECT 'email', status, coalesce(release_at, check_in + interval '1 day') FROM bookings
  WHERE guest_email = :email::citext AND {_IS_OPEN}
  UNION ALL (
  SELECT 'address', status, release_at FROM bookings
  WHERE booked_from = :address::inet AND status = 'pending_payment' AND release_at > statement_timestamp() ORDER BY release_at LIMIT :most)
) AS open GROUP BY whose, status
""")  # noqa: S608 - of constants


@dataclass(frozen=True, slots=True)
class Open:
    """`whose`: `user`, `email` or `address`. `seconds`: until the first of them does not count any more."""

    whose: str
    status: str
    bookings: int
    seconds: float


def open_bookings(session: Session, user_id: UUID | None, email: str, address: str | None, most: int) -> list[Open]:
    """Living holds of the user, of the e-mail and, up to `most`, from the address; unpaid stays to come of the user and of the e-mail.

    The caller has the turns of both (`idempotency.claim_in_turn`), so that two requests do not both count before either has written.
    """
    whose = {"user_id": user_id, "email": email, "address": address, "most": most}
    return [Open(**row) for row in run(session, OPEN, whose).mappings()]


def claim_lapsed(session: Session) -> Booking | None:
    """The booking that waits longest past its release and that nobody else is at, locked, with its rooms."""
    lapsed = (Booking.status == BookingStatus.PENDING_PAYMENT) & (Booking.release_at <= sql_now())
    statement = select(Booking).where(lapsed).order_by(Booking.release_at).limit(1)
    return session.scalar(
        statement.options(selectinload(Booking.rooms)).with_for_update(key_share=True, skip_locked=True, of=Booking)
    )


def rooms_of(booking: Booking) -> list[UUID]:
    """The ids of its booking rooms."""
    return [room.id for room in booking.rooms]


def physical_rooms_of(booking: Booking) -> list[UUID]:
    """The ids of the rooms its guests sleep in."""
    return [room.room_id for room in booking.rooms]


# A key of the hotel's row: whoever pauses, suspends or closes it waits until the transaction that relies on this is through.
STANDING = by_hand("""
SELECT status, (clock_timestamp() AT TIME ZONE time_zone)::date <= :check_in FROM hotels WHERE id = :hotel_id FOR KEY SHARE
""")


@dataclass(frozen=True, slots=True)
class Standing:
    """How the hotel of a booking stands, until the transaction ends. `is_ahead`: the stay has not begun by the date on its wall."""

    status: str
    is_ahead: bool

    @property
    def sells(self) -> bool:
        """Whether it takes guests who have no room yet."""
        return self.status == HotelStatus.ACTIVE

    @property
    def keeps_holds(self) -> bool:
        """Whether who holds a room may pay for it and has it then. A pause ends the sale of new rooms alone."""
        return self.status in (HotelStatus.ACTIVE, HotelStatus.PAUSED)


def standing_of_hotel(session: Session, booking: Booking) -> Standing:
    """One statement."""
    bound = {"hotel_id": booking.hotel_id, "check_in": booking.check_in}
    return Standing(*run(session, STANDING, bound).one())


def claim_to_warn(session: Session, within_seconds: int, limit: int) -> list[Any]:
    """Stamps holds that end so soon and were not warned of; rows of id, user_id, hold_expires_at, warned_at (now)."""
    soon = sql_now() + sql_seconds(within_seconds)
    waiting = (Booking.status == BookingStatus.PENDING_PAYMENT) & Booking.warned_at.is_(None)
    ending = (Booking.hold_expires_at <= soon) & (Booking.hold_expires_at > sql_now())
    claimed = select(Booking.id).where(waiting, ending).limit(limit).with_for_update(key_share=True, skip_locked=True)
    returned = (Booking.id, Booking.user_id, Booking.hold_expires_at, Booking.warned_at)
    statement = update(Booking).where(Booking.id.in_(claimed)).values(warned_at=sql_now()).returning(*returned)
    return list(session.execute(statement).all())


def warned_of(session: Session, user_id: UUID) -> list[Any]:
    """This guest's holds that were warned of and still live; rows of id, hold_expires_at, server_now."""
    warned = (Booking.status == BookingStatus.PENDING_PAYMENT) & Booking.warned_at.is_not(None)
    own = (Booking.user_id == user_id) & (Booking.hold_expires_at > sql_now())
    columns = (Booking.id, Booking.hold_expires_at, sql_now().label("server_now"))
    return list(session.execute(select(*columns).where(warned, own).order_by(Booking.hold_expires_at)).all())


def claim_to_ask(session: Session, limit: int) -> list[UUID]:
    """Stamps holds that have ended while their payment was under way and that nobody asked the gateway about."""
    lapsed = (Booking.status == BookingStatus.PENDING_PAYMENT) & (Booking.hold_expires_at <= sql_now())
    started = Booking.payment_started_at.is_not(None) & Booking.lapse_asked_at.is_(None)
    claimed = select(Booking.id).where(lapsed, started).limit(limit).with_for_update(key_share=True, skip_locked=True)
    statement = update(Booking).where(Booking.id.in_(claimed)).values(lapse_asked_at=sql_now()).returning(Booking.id)
    return list(session.scalars(statement))
