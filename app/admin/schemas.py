"""What the platform's people ask and are told."""

from datetime import date
from typing import Any

import marshmallow as ma

from app.admin.money_queries import WantedBookings
from app.admin.period import FIRST, LAST, Period
from app.admin.service.bookings import HowMuch
from app.admin.user_queries import SHORTEST, WantedUsers
from app.auth.models import PlatformRole, Role, UserStatus
from app.bookings.models import BookingStatus, PaymentStatus
from app.bookings.reference import as_written
from app.bookings.schemas import BookingOut
from app.core.paging import LARGEST
from app.core.schema import Day, Email, Instant, Kobo, QueryInt, Schema, Text
from app.hotels.models import HotelStatus
from app.hotels.schemas import HotelDraft, HotelView

NO_NAMES = "kept in the audit log for good: name no guest in it"


class PageQuery(Schema):
    cursor = Text(64, load_default=None, metadata={"description": "`next_cursor` of the page before"})
    limit = QueryInt(1, LARGEST, load_default=20)


class PageView(ma.Schema):
    next_cursor = ma.fields.String(allow_none=True)


class FilterQuery(PageQuery):
    """Loads as `{wanted, cursor, limit}`; `wanted` is a WANTED of the filters that were given."""

    WANTED: type[Any]

    @ma.post_load
    def as_value(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        page = {name: data.pop(name) for name in ("cursor", "limit")}
        return page | {"wanted": self.WANTED(**data)}


class PeriodDay(Day):
    """A day that calendars of today know."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        day = super()._deserialize(value, attr, data, **kwargs)
        if not FIRST <= day <= LAST:
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        return day


class PeriodQuery(FilterQuery):
    """`from` and `to`: days, both included, as on the wall in Nigeria; they load as a Period under the name PERIOD."""

    PERIOD: str

    first = PeriodDay(data_key="from", load_default=None, metadata={"description": "the first day, in Nigeria"})
    last = PeriodDay(data_key="to", load_default=None, metadata={"description": "the last day, in Nigeria"})

    @ma.validates_schema
    def days_are_in_order(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if data["first"] and data["last"] and data["last"] < data["first"]:
            raise ma.ValidationError("Comes before from.", "to")

    @ma.post_load
    def as_value(self, data: dict[str, Any], **kwargs: Any) -> dict[str, Any]:
        period = Period(data.pop("first"), data.pop("last"))
        told: dict[str, Any] = super().as_value(data | {self.PERIOD: period}, **kwargs)
        return told


class ReasonIn(Schema):
    reason = Text(1000, required=True, metadata={"description": "told to the hotel's people"})


class PersonReasonIn(Schema):
    reason = Text(1000, required=True, metadata={"description": f"told to the person; {NO_NAMES}"})


class PersonMaybeReasonIn(Schema):
    reason = Text(1000, load_default=None, allow_none=True, metadata={"description": f"told to the person; {NO_NAMES}"})


class NoteIn(Schema):
    reason = Text(1000, required=True, metadata={"description": NO_NAMES})


class MaybeNoteIn(Schema):
    reason = Text(1000, load_default=None, allow_none=True, metadata={"description": NO_NAMES})


class QueueQuery(PageQuery):
    status = ma.fields.Enum(HotelStatus, by_value=True, load_default=HotelStatus.SUBMITTED)


class NewHotel(HotelDraft):
    """`owner_email`: becomes its admin at once if the account has proved the address, else by a mailed link."""

    email = Email(required=True)
    owner_email = Email(load_default=None, allow_none=True)


class QueuedHotelView(HotelView):
    status_changed_at = Instant(metadata={"description": "since when it is in this state"})


class QueueView(PageView):
    items = ma.fields.List(ma.fields.Nested(QueuedHotelView))


class UsersQuery(FilterQuery):
    WANTED = WantedUsers

    q = Text(
        100,
        shortest=SHORTEST,
        metadata={"description": "how an e-mail begins, or a part of a name or of a telephone number"},
    )
    role = ma.fields.Enum(Role, by_value=True, metadata={"description": "`guest`: who is nothing else"})
    status = ma.fields.Enum(UserStatus, by_value=True)


class PlatformRoleIn(NoteIn):
    role = ma.fields.Enum(PlatformRole, by_value=True, required=True)


class FoundUserView(ma.Schema):
    id = ma.fields.UUID()
    email = ma.fields.String()
    full_name = ma.fields.String()
    phone = ma.fields.String(allow_none=True, metadata={"description": "E.164"})
    role = ma.fields.Enum(Role, by_value=True, metadata={"description": "the strongest of what the person is"})
    platform_role = ma.fields.String(metadata={"description": "guest · platform_admin"})
    status = ma.fields.String(metadata={"description": "active · suspended · erased"})
    email_verified_at = Instant(allow_none=True)
    created_at = Instant()


class FoundUsersView(PageView):
    items = ma.fields.List(ma.fields.Nested(FoundUserView))


class NamedPlaceView(ma.Schema):
    hotel_id = ma.fields.UUID()
    hotel_name = ma.fields.String()
    role = ma.fields.String(metadata={"description": "hotel_admin or hotel_staff"})


class PersonView(FoundUserView):
    memberships = ma.fields.List(ma.fields.Nested(NamedPlaceView), attribute="places")
    living_sessions = ma.fields.Integer()
    last_login_at = Instant(allow_none=True, metadata={"description": "null: never, or more than 90 days ago"})
    bookings = ma.fields.Dict(
        keys=ma.fields.String(), values=ma.fields.Integer(), metadata={"description": "how many, by status"}
    )
    terms_accepted_at = Instant(allow_none=True)
    marketing_accepted_at = Instant(allow_none=True)
    password_changed_at = Instant(allow_none=True)
    erased_at = Instant(allow_none=True)
    updated_at = Instant()


class BookingReference(Text):
    """As people type it."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return as_written(super()._deserialize(value, attr, data, **kwargs))


class BookingsQuery(PeriodQuery):
    """`from`, `to`: when it was made."""

    WANTED, PERIOD = WantedBookings, "made"

    reference = BookingReference(32, metadata={"description": "as in the mail, in capitals or not"})
    email = Email(metadata={"description": "of the guest, or of the account"})
    hotel_id = ma.fields.UUID()
    status = ma.fields.Enum(BookingStatus, by_value=True)
    payment_status = ma.fields.Enum(PaymentStatus, by_value=True)


class FoundBookingView(ma.Schema):
    id = ma.fields.UUID()
    reference = ma.fields.String()
    hotel_id = ma.fields.UUID()
    hotel_name = ma.fields.String()
    user_id = ma.fields.UUID(allow_none=True, metadata={"description": "null: booked without an account"})
    status = ma.fields.String()
    payment_status = ma.fields.String()
    payment_timing = ma.fields.String()
    check_in = Day()
    check_out = Day()
    guest_name = ma.fields.String()
    guest_email = ma.fields.String()
    total_amount = Kobo()
    currency = ma.fields.String()
    created_at = Instant()


class FoundBookingsView(PageView):
    items = ma.fields.List(ma.fields.Nested(FoundBookingView))


class HistoryView(ma.Schema):
    from_status = ma.fields.String(allow_none=True)
    to_status = ma.fields.String()
    actor = ma.fields.String(metadata={"description": "guest · hotel · platform · system"})
    actor_id = ma.fields.UUID(allow_none=True)
    reason = ma.fields.String(allow_none=True)
    at = Instant()


class AttemptView(ma.Schema):
    """An attempt to pay with all that the gateway said of it, but not the link by which it is paid."""

    id = ma.fields.UUID()
    reference = ma.fields.String()
    booking_id = ma.fields.UUID()
    part = ma.fields.Integer()
    status = ma.fields.String()
    kept = ma.fields.Boolean(allow_none=True, metadata={"description": "of several successes the one that pays"})
    amount = Kobo()
    refunded_amount = Kobo()
    currency = ma.fields.String()
    gateway_id = ma.fields.Integer(allow_none=True)
    gateway_status = ma.fields.String(allow_none=True)
    gateway_response = ma.fields.String(allow_none=True)
    channel = ma.fields.String(allow_none=True)
    fees = ma.fields.Integer(allow_none=True, metadata={"description": "kobo"})
    review_reason = ma.fields.String(allow_none=True)
    checks = ma.fields.Integer(metadata={"description": "how often the gateway was asked by a tick"})
    initialized_at = Instant(allow_none=True)
    paid_at = Instant(allow_none=True)
    applied_at = Instant(allow_none=True, metadata={"description": "since when the booking knows of it"})
    next_check_at = Instant(allow_none=True)
    asked_at = Instant(allow_none=True)
    created_at = Instant()
    updated_at = Instant()


class GoingBackView(ma.Schema):
    id = ma.fields.UUID()
    payment_id = ma.fields.UUID()
    amount = Kobo()
    currency = ma.fields.String()
    reason = ma.fields.String()
    status = ma.fields.String()
    gateway_id = ma.fields.Integer(allow_none=True)
    last_error = ma.fields.String(allow_none=True)
    requested_at = Instant(allow_none=True)
    processed_at = Instant(allow_none=True)
    next_check_at = Instant(allow_none=True)
    created_at = Instant()
    updated_at = Instant()


class MailFateView(ma.Schema):
    """What became of a mail, without its words."""

    kind = ma.fields.String()
    recipient = ma.fields.String()
    state = ma.fields.String(metadata={"description": "waiting · sent · refused"})
    attempts = ma.fields.Integer()
    last_error = ma.fields.String(allow_none=True)
    created_at = Instant()
    sent_at = Instant(allow_none=True)
    refused_at = Instant(allow_none=True)


class JsonReady(ma.fields.Nested):
    """Documented by its schema; what is told is JSON-ready as it comes."""

    def _serialize(self, *told: Any, **_kwargs: Any) -> Any:
        return told[0]


class PlatformCancelIn(NoteIn):
    """`refund`: `full`, or what the booking's terms leave (`policy`). The guest reads the reason."""

    refund = ma.fields.Enum(HowMuch, by_value=True, required=True)


class WholeBookingView(ma.Schema):
    """`booking`: as its guest sees it."""

    booking = JsonReady(BookingOut)
    user_id = ma.fields.UUID(allow_none=True, metadata={"description": "null: booked without an account"})
    confirmed_at = Instant(allow_none=True)
    cancelled_at = Instant(allow_none=True)
    expired_at = Instant(allow_none=True)
    history = ma.fields.List(ma.fields.Nested(HistoryView))
    payments = ma.fields.List(ma.fields.Nested(AttemptView))
    refunds = ma.fields.List(ma.fields.Nested(GoingBackView))
    mails = ma.fields.List(ma.fields.Nested(MailFateView))
