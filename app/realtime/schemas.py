"""What clients may send, and what the log answers."""

import marshmallow as ma

from app.auth.tokens import LONGEST
from app.core.schema import Int, QueryInt, Schema, Text
from app.realtime.queries import MOST_EVENTS

LARGEST_SEQ = 2**53 - 1


class Handshake(Schema):
    """`auth` of the connection."""

    token = Text(LONGEST, required=True)


class Watch(Schema):
    """Watch a hotel; with `after`, first hear what came after that number."""

    hotel_id = ma.fields.UUID(required=True)
    after = Int(0, LARGEST_SEQ, allow_none=True, load_default=None)


class Unwatch(Schema):
    hotel_id = ma.fields.UUID(required=True)


class EventsQuery(Schema):
    after = QueryInt(0, LARGEST_SEQ, load_default=0, metadata={"description": "the number of the last event you have"})
    limit = QueryInt(1, MOST_EVENTS, load_default=100, metadata={"description": "how many at most"})


class EventView(ma.Schema):
    """One fact of the hotel, as its dashboards heard it."""

    seq = ma.fields.Integer(metadata={"description": "its number; numbers of a hotel have no gaps"})
    event = ma.fields.String(metadata={"description": "its Socket.IO name, such as `new_booking`"})
    data = ma.fields.Dict(metadata={"description": "its payload"})


class EventLogView(ma.Schema):
    """Events in the order in which they happened."""

    seq = ma.fields.Integer(metadata={"description": "ask again with `after` = this number"})
    events = ma.fields.List(ma.fields.Nested(EventView))
    more = ma.fields.Boolean(metadata={"description": "whether there are more events already"})
