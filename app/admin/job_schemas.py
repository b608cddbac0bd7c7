"""Dead jobs as the platform's people see them."""

import marshmallow as ma

from app.admin.schemas import PageView
from app.core.schema import Instant


class DeadJobView(ma.Schema):
    id = ma.fields.Integer()
    name = ma.fields.String()
    queue = ma.fields.String()
    payload = ma.fields.Dict(metadata={"description": "ids of what it is about"})
    request_id = ma.fields.String(allow_none=True)
    attempts = ma.fields.Integer()
    last_error = ma.fields.String(allow_none=True)
    created_at = Instant(metadata={"description": "when it was first due"})
    dead_at = Instant()


class DeadJobsView(PageView):
    items = ma.fields.List(ma.fields.Nested(DeadJobView))
