"""What is said about hotels over HTTP."""

import marshmallow as ma

from app.core.paging import LARGEST
from app.core.schema import QueryInt, Schema, Text


class HotelListQuery(Schema):
    city = Text(80)
    state = Text(80)
    q = Text(80, metadata={"description": "a part of the hotel's name or district"})
    cursor = Text(64, metadata={"description": "`next_cursor` of the page before"})
    limit = QueryInt(1, LARGEST, load_default=20)


class LocationView(ma.Schema):
    lat = ma.fields.Float(metadata={"description": "degrees, WGS 84"})
    lon = ma.fields.Float(metadata={"description": "degrees, WGS 84"})


class HotelView(ma.Schema):
    id = ma.fields.UUID()
    slug = ma.fields.String()
    name = ma.fields.String()
    status = ma.fields.String()
    description = ma.fields.String()
    stars = ma.fields.Integer(allow_none=True)
    address = ma.fields.String()
    district = ma.fields.String(allow_none=True)
    city = ma.fields.String()
    state = ma.fields.String()
    lga = ma.fields.String(allow_none=True)
    country = ma.fields.String(metadata={"description": "ISO 3166-1 alpha-2"})
    location = ma.fields.Nested(LocationView)
    time_zone = ma.fields.String(metadata={"description": "IANA name; the hotel's dates are dates there"})
    currency = ma.fields.String()
    check_in_from = ma.fields.String(metadata={"description": "HH:MM on the hotel's wall"})
    check_out_until = ma.fields.String(metadata={"description": "HH:MM on the hotel's wall"})
    email = ma.fields.String()
    phone = ma.fields.String(allow_none=True)


class HotelListView(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(HotelView))
    next_cursor = ma.fields.String(allow_none=True)
