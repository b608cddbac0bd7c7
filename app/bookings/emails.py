"""The mails of a booking: who gets which, and what is in them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.bookings.models import BookingChange, Cancellation
from app.bookings.tokens import token_of
from app.config import settings
from app.core.columns import new_id
from app.mail import ics
from app.mail.service import Attachment, Email, sender_domain
from app.mail.templates import Kind, render
from app.rates import policy

OF_GUEST = ("guest_email", "guest_phone", "special_requests", "cancel_reason", "user_id", "token_version")
FACTS = text("""
SELECT clock_timestamp() AS now, b.id, b.user_id, b.token_version, b.reference, b.check_in, b.check_out, b.check_out - b.check_in AS nights,
       b.total_amount AS total, b.currency, b.created_at AS booked_at, b.paid_amount - b.forfeited_amount - b.returned_amount AS covered,
       b.payment_timing, b.payment_status, b.guest_name, b.guest_email, b.guest_phone, b.special_requests, b.cancel_reason,
       h.name AS hotel_name, h.email AS hotel_email, h.phone AS hotel_phone, h.time_zone, h.check_in_from, h.check_out_until,
       concat_ws(', ', h.address, h.district, h.city) AS hotel_address,
       (SELECT json_agg(json_build_object('type_name', rt.name, 'plan_name', br.rate_plan_terms->>'name', 'room_number', r.number,
               'booked_type', br.rate_plan_terms->>'room_type', 'terms', br.rate_plan_terms) ORDER BY br.position)
        FROM booking_rooms br JOIN rooms r ON r.id = br.room_id JOIN room_types rt ON rt.id = br.room_type_id
        WHERE br.booking_id = b.id) AS rooms
FROM bookings b JOIN hotels h ON h.id = b.hotel_id WHERE b.id = :booking_id
""")
NOT_IN_STAY = frozenset(
    ("now", "id", "cause_id", "booked_at", "covered", "payment_status", "payment_timing", "hotel_email", *OF_GUEST)
)


def facts(session: Session, booking_id: UUID) -> dict[str, Any]:
    """Everything a mail may tell of the booking. One statement."""
    return dict(session.execute(FACTS, {"booking_id": booking_id}).mappings().one())


def stay_of(known: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of `mail.templates.Stay`; guests are not told their room's number before they arrive."""
    rooms = [{"type_name": room["type_name"], "plan_name": room["plan_name"]} for room in known["rooms"]]
    return {name: value for name, value in known.items() if name not in NOT_IN_STAY} | {"rooms": rooms}


def opens(known: Mapping[str, Any]) -> bool:
    """Whether the guest's mails open the booking: he has no account. Such a mail is a secret, for its text holds the token."""
    return known["user_id"] is None and known["token_version"] is not None


def link_of(known: Mapping[str, Any]) -> str:
    """Where the guest finds his booking. The token stands behind a #, which browsers send to nobody and nobody's log holds."""
    page = f"{settings().public_web_url.rstrip('/')}/bookings/{known['reference']}"
    return f"{page}#{token_of(known['id'], known['token_version'])}" if opens(known) else page


def link(session: Session, booking_id: UUID) -> Email:
    """Guest, as often as he asks: each request is a cause of its own."""
    known = facts(session, booking_id)
    return replace(_to_guest(Kind.BOOKING_LINK, known), cause_id=new_id())


def confirmed(session: Session, booking_id: UUID) -> list[Email]:
    """Guest (with a calendar entry) and hotel."""
    known = facts(session, booking_id)
    terms = [room["terms"] for room in known["rooms"]]
    free = policy.free_together(terms, known["check_in"], known["now"], known["booked_at"])
    extra = {"payment_timing": known["payment_timing"], "free_until": free}
    mail = _to_guest(Kind.BOOKING_CONFIRMED, known, (_calendar(known),), **extra)
    return [mail, _to_hotel(known, outcome=None)]


def moved(session: Session, booking_id: UUID, outcome: str) -> list[Email]:
    """Guest and hotel: confirmed late, in other rooms than booked."""
    known = facts(session, booking_id)
    booked = [{"type_name": room["booked_type"], "plan_name": room["plan_name"]} for room in known["rooms"]]
    extra = {"payment_timing": known["payment_timing"], "outcome": outcome, "booked_rooms": booked}
    mail = _to_guest(Kind.BOOKING_MOVED, known, (_calendar(known),), **extra)
    return [mail, _to_hotel(known, outcome=outcome)]


def cancelled(session: Session, booking_id: UUID, done: Cancellation) -> list[Email]:
    """Guest and hotel: what it cost, what goes back, what is owed."""
    known = facts(session, booking_id)
    cost, back = done.penalty_amount, done.refund_amount
    extra = {
        "cancelled_by": done.cancelled_by,
        "penalty_amount": cost,
        "refund_amount": back,
        "owed_amount": max(0, cost - known["covered"]),
        "cancel_reason": known["cancel_reason"],
    }
    return [
        _mail(Kind.BOOKING_CANCELLED, known, known["guest_email"], **extra),
        _mail(Kind.BOOKING_CANCELLED_HOTEL, known, known["hotel_email"], **extra),
    ]


def changed(session: Session, booking_id: UUID, change: BookingChange, paid: int) -> list[Email]:
    """Guest (with a calendar entry) and hotel: what it was, what it is, and what that costs. `paid`: kobo, just now."""
    known = facts(session, booking_id) | {"cause_id": change.id}
    extra = {
        "before": _summary(change.before),
        "difference": change.difference,
        "paid_amount": paid,
        "refund_amount": change.refund_amount,
        "forfeited_amount": change.forfeited_amount,
        "payment_timing": known["payment_timing"],
    }
    to_hotel = _mail(Kind.BOOKING_CHANGED_HOTEL, known, known["hotel_email"], rooms=known["rooms"], **extra)
    return [_to_guest(Kind.BOOKING_CHANGED, known, (_calendar(known),), **extra), to_hotel]


def change_waiting(session: Session, booking_id: UUID, change: BookingChange) -> Email:
    """Guest: what is to be paid for the change, and until when."""
    known = facts(session, booking_id) | {"cause_id": change.id}
    told: dict[str, Any] = {"asked_by": change.asked_by, "expires_at": change.hold_expires_at}
    return _to_guest(Kind.CHANGE_WAITING, known, after=_summary(change.after), difference=change.difference, **told)


def change_lapsed(session: Session, booking_id: UUID, change: BookingChange) -> Email:
    """Guest: nobody paid for the change, so the booking is as it was."""
    known = facts(session, booking_id) | {"cause_id": change.id}
    return _to_guest(Kind.CHANGE_LAPSED, known, after=_summary(change.after))


def _summary(state: Mapping[str, Any]) -> dict[str, Any]:
    """`{check_in, check_out, rooms, total}` of a change's `before` or `after`."""
    days = {name: date.fromisoformat(state[name]) for name in ("check_in", "check_out")}
    named = [
        {"type_name": line["rate_plan_terms"]["room_type"], "plan_name": line["rate_plan_terms"]["name"]}
        for line in state["rooms"]
    ]
    return days | {"rooms": named, "total": state["total_amount"]}


def _to_guest(kind: Kind, known: Mapping[str, Any], attachments: tuple[Attachment, ...] = (), **extra: Any) -> Email:
    """A mail with the link; a secret where `opens(known)`."""
    linked = {"link": link_of(known), "link_opens": opens(known)}
    return replace(_mail(kind, known, known["guest_email"], attachments, **(linked | extra)), is_secret=opens(known))


def _to_hotel(known: Mapping[str, Any], outcome: str | None) -> Email:
    told = ("payment_timing", "guest_email", "guest_phone", "special_requests")
    stay = {"rooms": known["rooms"]}
    extra = {name: known[name] for name in told} | stay | {"outcome": outcome}
    return _mail(Kind.BOOKING_CONFIRMED_HOTEL, known, known["hotel_email"], **extra)


def _mail(
    kind: Kind, known: Mapping[str, Any], recipient: str, attachments: tuple[Attachment, ...] = (), **extra: Any
) -> Email:
    words = render(kind, **(stay_of(known) | extra))
    return Email(
        kind, known.get("cause_id", known["id"]), recipient, words.subject, words.text, words.html, attachments
    )


def _calendar(known: Mapping[str, Any]) -> Attachment:
    event = ics.stay_event(
        uid=f"{known['id']}@{sender_domain()}",
        summary=f"{known['hotel_name']} ({known['reference']})",
        location=known["hotel_address"],
        description=f"Booking {known['reference']}",
        check_in=known["check_in"],
        check_out=known["check_out"],
        check_in_from=known["check_in_from"],
        check_out_until=known["check_out_until"],
        time_zone=known["time_zone"],
        organizer_email=known["hotel_email"],
        stamped_at=known["now"],
    )
    return Attachment(ics.FILENAME, ics.CONTENT_TYPE, event)
