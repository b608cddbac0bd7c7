"""What is said about hotels over HTTP."""

from enum import StrEnum
from functools import cache
from typing import Any
from zoneinfo import available_timezones

import marshmallow as ma
from marshmallow import validate

from app.core.paging import LARGEST
from app.core.schema import ClockTime, Email, Flag, Instant, Int, JsonDegrees, Line, Phone, QueryInt, Schema, Text
from app.hotels.models import AirportPickup, Allowance, IdRule, MemberRole, Security, Smoking, Water

CURRENCIES = ("NGN",)
MOST_AMENITIES = 60


class Word(ma.fields.String):
    """One of the words of a StrEnum, as a plain string."""

    def __init__(self, words: type[StrEnum], **kwargs: Any) -> None:
        super().__init__(validate=validate.OneOf([str(word) for word in words]), **kwargs)


class TimeZone(ma.fields.String):
    """A place of the IANA data base, as in `Africa/Lagos`."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        name: str = super()._deserialize(value, attr, data, **kwargs)
        if name not in _time_zones():
            raise ma.ValidationError("Not a time zone of the IANA data base.")
        return name


@cache
def _time_zones() -> frozenset[str]:
    """Those with a place in their name: the others are abbreviations and files that are none."""
    return frozenset(name for name in available_timezones() if "/" in name)


class HotelListQuery(Schema):
    city = Text(80)
    state = Text(80)
    q = Text(80, metadata={"description": "a part of the hotel's name or district"})
    cursor = Text(64, metadata={"description": "`next_cursor` of the page before"})
    limit = QueryInt(1, LARGEST, load_default=20)


class LocationIn(Schema):
    """The owner's own pin."""

    lat = JsonDegrees(-90, 90, required=True, metadata={"description": "degrees, WGS 84"})
    lon = JsonDegrees(-180, 180, required=True, metadata={"description": "degrees, WGS 84"})


class HotelChanges(Schema):
    """What is given is written, what is left out stays; null takes back what may be unknown."""

    name = Line(120)
    description = Text(4000, shortest=0)
    stars = Int(1, 5, allow_none=True)
    address = Line(200, allow_none=True)
    district = Line(80, allow_none=True)
    city = Line(80, allow_none=True)
    state = Line(80, allow_none=True, metadata={"description": "in Nigeria one of the 36 states or FCT"})
    lga = Line(80, allow_none=True, metadata={"description": "local government area"})
    country = ma.fields.String(validate=validate.Regexp(r"[A-Z]{2}\Z"), metadata={"description": "ISO 3166-1 alpha-2"})
    location = ma.fields.Nested(LocationIn, allow_none=True)
    time_zone = TimeZone(metadata={"description": "IANA name; the hotel's dates are dates there"})
    currency = ma.fields.String(validate=validate.OneOf(CURRENCIES))
    check_in_from = ClockTime(metadata={"description": "HH:MM on the hotel's wall"})
    check_in_until = ClockTime(allow_none=True, metadata={"description": "HH:MM; null: at any hour"})
    check_out_until = ClockTime(metadata={"description": "HH:MM on the hotel's wall"})
    arrival_instructions = Text(2000, allow_none=True)
    email = Email()
    phone = Phone(allow_none=True, metadata={"description": "E.164, or as dialled in Nigeria"})
    house_rules = Text(4000, shortest=0)
    minimum_age = Int(16, 30, allow_none=True, metadata={"description": "of who checks in"})
    id_rule = Word(IdRule, allow_none=True)
    pets = Word(Allowance, allow_none=True)
    smoking = Word(Smoking, allow_none=True)
    parties = Word(Allowance, allow_none=True)
    power_24h = Flag(
        allow_none=True, metadata={"description": "whether there is light at every hour, from whatever source"}
    )
    generator_hours = Int(0, 24, allow_none=True, metadata={"description": "a day"})
    has_inverter = Flag(allow_none=True)
    has_solar = Flag(allow_none=True)
    water = Word(Water, allow_none=True)
    security = ma.fields.List(Word(Security), allow_none=True, validate=validate.Length(max=len(Security)))
    parking_spaces = Int(0, 10_000, allow_none=True)
    free_parking = Flag(allow_none=True)
    airport_pickup = Word(AirportPickup, allow_none=True)
    amenities = ma.fields.List(
        ma.fields.String(validate=validate.Length(min=1, max=60)),
        validate=validate.Length(max=MOST_AMENITIES),
        metadata={"description": "codes of the catalogue, all of them: those left out are taken away"},
    )


class HotelDraft(HotelChanges):
    """All but the name may come later."""

    name = Line(120, required=True)


class StepIn(Schema):
    """A word to the other side, kept in the hotel's log."""

    reason = Text(1000, load_default=None, allow_none=True)


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
    address = ma.fields.String(allow_none=True, metadata={"description": "null in drafts alone, as city and state"})
    district = ma.fields.String(allow_none=True)
    city = ma.fields.String(allow_none=True)
    state = ma.fields.String(allow_none=True)
    lga = ma.fields.String(allow_none=True)
    country = ma.fields.String(metadata={"description": "ISO 3166-1 alpha-2"})
    location = ma.fields.Nested(LocationView, allow_none=True)
    time_zone = ma.fields.String(metadata={"description": "IANA name; the hotel's dates are dates there"})
    currency = ma.fields.String()
    check_in_from = ma.fields.String(metadata={"description": "HH:MM on the hotel's wall"})
    check_out_until = ma.fields.String(metadata={"description": "HH:MM on the hotel's wall"})
    email = ma.fields.String()
    phone = ma.fields.String(allow_none=True)


class HotelListView(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(HotelView))
    next_cursor = ma.fields.String(allow_none=True)


class HotelDetailView(HotelView):
    """Of the facts that may be null nobody has told."""

    check_in_until = ma.fields.String(allow_none=True)
    arrival_instructions = ma.fields.String(allow_none=True, metadata={"description": "told to its own people alone"})
    house_rules = ma.fields.String()
    minimum_age = ma.fields.Integer(allow_none=True)
    id_rule = ma.fields.String(allow_none=True, metadata={"description": "none, any or government"})
    pets = ma.fields.String(allow_none=True, metadata={"description": "not_allowed, on_request or allowed"})
    smoking = ma.fields.String(allow_none=True, metadata={"description": "not_allowed, designated_areas or allowed"})
    parties = ma.fields.String(allow_none=True, metadata={"description": "not_allowed, on_request or allowed"})
    power_24h = ma.fields.Boolean(allow_none=True)
    generator_hours = ma.fields.Integer(allow_none=True)
    has_inverter = ma.fields.Boolean(allow_none=True)
    has_solar = ma.fields.Boolean(allow_none=True)
    water = ma.fields.String(allow_none=True, metadata={"description": "borehole, treated, municipal or tanker"})
    security = ma.fields.List(ma.fields.String(), allow_none=True, metadata={"description": "guards, cctv, gated"})
    parking_spaces = ma.fields.Integer(allow_none=True)
    free_parking = ma.fields.Boolean(allow_none=True)
    airport_pickup = ma.fields.String(allow_none=True, metadata={"description": "none, free or paid"})
    amenities = ma.fields.List(ma.fields.String(), metadata={"description": "codes of the catalogue"})


class AmenityView(ma.Schema):
    code = ma.fields.String()
    name = ma.fields.String()
    category = ma.fields.String()


class AmenitiesView(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(AmenityView))


class ChecklistItemView(ma.Schema):
    item = ma.fields.String()
    is_done = ma.fields.Boolean()
    is_required = ma.fields.Boolean(metadata={"description": "to be handed in; `inventory` may come later"})


class DecisionView(ma.Schema):
    step = ma.fields.String(
        metadata={"description": "create, approve, request_changes, reject, suspend, reinstate, close"}
    )
    reason = ma.fields.String(allow_none=True)
    at = Instant()


class ChecklistView(ma.Schema):
    status = ma.fields.String()
    missing = ma.fields.List(ma.fields.String(), metadata={"description": "required items that are not there"})
    items = ma.fields.List(ma.fields.Nested(ChecklistItemView))
    decision = ma.fields.Nested(DecisionView, allow_none=True, metadata={"description": "the platform's last word"})


class InvitationIn(Schema):
    email = Email(required=True)
    role = Word(MemberRole, required=True)


class RoleIn(Schema):
    role = Word(MemberRole, required=True)


class TokenIn(Schema):
    token = ma.fields.String(required=True, validate=validate.Length(min=1, max=200))


class MemberView(ma.Schema):
    user_id = ma.fields.UUID()
    full_name = ma.fields.String()
    email = ma.fields.String()
    role = ma.fields.String(metadata={"description": "hotel_admin or hotel_staff"})
    created_at = Instant()


class MembersView(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(MemberView))


class InvitationView(ma.Schema):
    id = ma.fields.UUID()
    email = ma.fields.String()
    role = ma.fields.String(metadata={"description": "hotel_admin or hotel_staff"})
    created_at = Instant()
    expires_at = Instant()


class InvitationsView(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(InvitationView))


class JoinedView(ma.Schema):
    hotel_id = ma.fields.UUID()
    role = ma.fields.String(metadata={"description": "hotel_admin or hotel_staff"})
