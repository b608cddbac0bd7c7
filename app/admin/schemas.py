"""What the platform's people ask and are told."""

import marshmallow as ma

from app.core.paging import LARGEST
from app.core.schema import Email, Instant, QueryInt, Schema, Text
from app.hotels.models import HotelStatus
from app.hotels.schemas import HotelDraft, HotelView


class QueueQuery(Schema):
    status = ma.fields.Enum(HotelStatus, by_value=True, load_default=HotelStatus.SUBMITTED)
    cursor = Text(64, load_default=None, metadata={"description": "`next_cursor` of the page before"})
    limit = QueryInt(1, LARGEST, load_default=20)


class ReasonIn(Schema):
    reason = Text(1000, required=True, metadata={"description": "told to the hotel's people"})


class NewHotel(HotelDraft):
    """`owner_email`: becomes its admin at once if the account has proved the address, else by a mailed link."""

    email = Email(required=True)
    owner_email = Email(load_default=None, allow_none=True)


class QueuedHotelView(HotelView):
    status_changed_at = Instant(metadata={"description": "since when it is in this state"})


class QueueView(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(QueuedHotelView))
    next_cursor = ma.fields.String(allow_none=True)
