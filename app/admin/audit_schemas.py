"""The audit log as people ask for and see it."""

import marshmallow as ma

from app.admin.audit_queries import WantedRows
from app.admin.schemas import PageView, PeriodQuery
from app.core.schema import Instant, Text


class HotelAuditQuery(PeriodQuery):
    WANTED, PERIOD = WantedRows, "done"

    actor_id = ma.fields.UUID(metadata={"description": "who did it"})
    verb = Text(64, metadata={"description": "what was done, as in `hotel.suspend`"})
    subject = Text(32, metadata={"description": "to what kind of thing, as in `member`"})
    subject_id = ma.fields.UUID(metadata={"description": "to which of them; of a job its number in hexadecimal"})


class AuditQuery(HotelAuditQuery):
    hotel_id = ma.fields.UUID(metadata={"description": "in whose house"})


class HotelAuditRowView(ma.Schema):
    """`actor_role`: the role that allowed it. Of the platform's people no more is told to hotels."""

    id = ma.fields.Integer()
    at = Instant()
    actor_id = ma.fields.UUID(allow_none=True)
    actor_role = ma.fields.String()
    actor_email = ma.fields.String(allow_none=True, metadata={"description": "the one the account has now"})
    verb = ma.fields.String()
    subject = ma.fields.String()
    subject_id = ma.fields.UUID()
    hotel_id = ma.fields.UUID(allow_none=True)
    before = ma.fields.Dict(allow_none=True)
    after = ma.fields.Dict(allow_none=True)
    request_id = ma.fields.String(allow_none=True)


class AuditRowView(HotelAuditRowView):
    """`actor_role`: the role that allowed it."""

    ip = ma.fields.String(allow_none=True, metadata={"description": "from where"})


class HotelAuditView(PageView):
    items = ma.fields.List(ma.fields.Nested(HotelAuditRowView))


class AuditView(PageView):
    items = ma.fields.List(ma.fields.Nested(AuditRowView))
