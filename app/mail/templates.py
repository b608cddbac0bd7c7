"""Mails from templates: `{kind}.txt.j2` (first line = subject) and `{kind}.mjml.j2`, MJML that becomes HTML for phones.

Every kind that is of a stay needs the fields of `Stay`; the others it needs stand beside it in `Kind`, and so do those of `AccountKind`.
A field that is missing is an error, unless it may be None: those may be left out. All text is put on one line without control
characters, and escaped in HTML, so that nothing a guest typed can become markup, a header, or a second paragraph.
"""

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, NotRequired, TypedDict
from zoneinfo import ZoneInfo

import mrml
from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from app.core.money import spoken
from app.mail.one_line import one_line

FOLDER = Path(__file__).with_name("templates")


class Kind(StrEnum):
    """Which mail, to whom, and what it needs beyond `Stay` (amounts in kobo); the last ones are of no stay."""

    BOOKING_CONFIRMED = "booking_confirmed"
    """Guest. `payment_timing` (`pay_now`: it is paid), `free_until: datetime | None` (of free cancellation), and `link`, `link_opens` as in
    booking_link."""
    BOOKING_CONFIRMED_HOTEL = "booking_confirmed_hotel"
    """Hotel. `payment_timing`, `guest_email`, `guest_phone | None`, `special_requests | None`, and `outcome | None`
    as in booking_moved."""
    BOOKING_MOVED = "booking_moved"
    """Guest, paid late. `outcome` (`same_types`: other rooms; `better_type`), `booked_rooms: list[Room]`, `link`, `link_opens`."""
    BOOKING_LINK = "booking_link"
    """Guest who asked for it. `link` to his booking; `link_opens`: whoever has it needs no login."""
    BOOKING_EXPIRED_REFUND = "booking_expired_refund"
    """Guest, paid too late and no room is left. `refund_amount`."""
    REFUND_DUE = "refund_due"
    """Guest, any other refund. `refund_amount`, `refund_reason` (`paid_twice`, `booking_cancelled`, `hotel_not_selling`, `penalty_waived`,
    `change_lapsed`, or others)."""
    REFUND_PROCESSED = "refund_processed"
    """Guest, the bank has it. `refund_amount`."""
    REFUND_NEEDS_ATTENTION = "refund_needs_attention"
    """Guest, the bank sent it back: we need an account. `refund_amount`."""
    BOOKING_CANCELLED = "booking_cancelled"
    """Guest. `cancelled_by` (`guest`, `hotel`, `platform`), `penalty_amount`, `refund_amount`, `owed_amount` of the penalty that is not
    paid (0: none), and `cancel_reason | None`."""
    BOOKING_CANCELLED_HOTEL = "booking_cancelled_hotel"
    """Hotel. As booking_cancelled."""
    BOOKING_CHANGED = "booking_changed"
    """Guest. `before` (a dict of `check_in`, `check_out`, `rooms`, `total`), `difference` (kobo; below 0: cheaper), `paid_amount` (of the
    difference, just now), `refund_amount`, `forfeited_amount`, `payment_timing`, `link`, `link_opens`."""
    BOOKING_CHANGED_HOTEL = "booking_changed_hotel"
    """Hotel. As booking_changed, without the link."""
    CHANGE_WAITING = "change_waiting"
    """Guest. `after` (as `before` above), `difference`, `asked_by` (`guest`, `hotel`), `expires_at`, `link`, `link_opens`."""
    CHANGE_LAPSED = "change_lapsed"
    """Guest, nobody paid for it. `after`, `link`, `link_opens`."""
    HOLD_EXPIRED = "hold_expired"
    """Guest, the hold ended without a payment."""

    HOTEL_MOVED = "hotel_moved"
    """The hotel's people; of no stay. `hotel_name`, `step` (`submit`, `approve`, `request_changes`, `reject`, `suspend`, `reinstate`,
    `close`), `reason | None`."""
    HOTEL_INVITATION = "hotel_invitation"
    """Who is to run a hotel; of no stay. `hotel_name`, `member_role`, `link`, `expires_at`."""


class AccountKind(StrEnum):
    """Mails about an account. They need `person_name`, and none of the fields of `Stay`."""

    VERIFY_EMAIL = "verify_email"
    """`link`, good for 24 hours."""
    CHANGE_EMAIL = "change_email"
    """To the new e-mail. `link`, good for 24 hours."""
    EMAIL_CHANGE_ASKED = "email_change_asked"
    """To the old one. `new_email`."""
    EMAIL_CHANGED = "email_changed"
    """To the old one. `new_email`."""
    EMAIL_IN_USE = "email_in_use"
    """To whose it is."""
    RESET_PASSWORD = "reset_password"  # noqa: S105 - a word, no password
    """`link`, good for 30 minutes."""
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    ACCOUNT_SUSPENDED = "account_suspended"
    """By the platform's people. `reason`."""
    ACCOUNT_REINSTATED = "account_reinstated"
    """`reason | None`."""


class Room(TypedDict):
    """`room_number` is shown when it is there."""

    type_name: str
    plan_name: str
    room_number: NotRequired[str | None]


class Stay(TypedDict):
    """What every mail may tell. `total` in kobo; the times are those on the hotel's wall, in its `time_zone`."""

    guest_name: str
    hotel_name: str
    hotel_address: str
    hotel_phone: str | None
    time_zone: str
    reference: str
    check_in: date
    check_out: date
    nights: int
    check_in_from: time
    check_out_until: time
    rooms: list[Room]
    total: int
    currency: str


OPTIONAL = dict.fromkeys(
    ("hotel_phone", "free_until", "guest_phone", "special_requests", "cancel_reason", "reason"), None
) | {
    "time_zone": "Africa/Lagos",
    "currency": "NGN",
}


@dataclass(frozen=True, slots=True)
class Rendered:
    """A mail's words; `subject` is one line."""

    subject: str
    text: str
    html: str


def render(kind: str, **context: Any) -> Rendered:
    """The mail of this kind. Raises ValueError for an unknown kind, jinja2.UndefinedError for a missing field."""
    name = _kind(kind)
    fields = OPTIONAL | {field: _tidied(value) for field, value in context.items()}
    head, _, text = _environment().get_template(f"{name}.txt.j2").render(fields).partition("\n")
    subject = head.strip()
    mjml = _environment().get_template(f"{name}.mjml.j2").render(fields, subject=subject)
    return Rendered(
        subject, text.strip() + "\n", mrml.to_html(mjml, render_options=mrml.RenderOptions(fonts={})).content
    )


def _kind(word: str) -> str:
    """Raises ValueError."""
    return AccountKind(word) if word in set(AccountKind) else Kind(word)


def _tidied(value: Any) -> Any:
    """The value with each text in it on one line; dates, numbers and None as they are."""
    if isinstance(value, str):
        return one_line(value)
    if isinstance(value, dict):
        return {name: _tidied(member) for name, member in value.items()}
    if isinstance(value, (list, tuple)):
        return [_tidied(member) for member in value]
    return value


def day(value: date) -> str:
    """`Fri 4 Dec 2026`"""
    return format_date(value, "EEE d MMM y", locale="en")


def clock(value: time) -> str:
    """`14:00`"""
    return value.strftime("%H:%M")


def moment(value: datetime, time_zone: str) -> str:
    """`Fri 4 Dec 2026, 14:00` as it is on the hotel's wall."""
    local = value.astimezone(ZoneInfo(time_zone))
    return f"{day(local.date())}, {clock(local.time())}"


def count(number: int, noun: str) -> str:
    """`1 night`, `2 nights`"""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=select_autoescape(enabled_extensions=("mjml.j2",), disabled_extensions=("txt.j2",), default=True),
        undefined=StrictUndefined,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"money": spoken, "day": day, "clock": clock, "moment": moment, "count": count}
    return environment
