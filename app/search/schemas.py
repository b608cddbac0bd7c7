"""What is asked and answered when hotels are looked for."""

from typing import Any

import marshmallow as ma
from marshmallow import validate

from app.core.money import MAX_KOBO
from app.core.schema import Day, Degrees, Instant, QueryFlag, QueryInt, QueryInts, Schema
from app.hotels.photos.schemas import ShownPhotoView
from app.hotels.schemas import HotelDetailView, LocationView
from app.rates.occupancy import OLDEST_CHILD
from app.search.criteria import LAST_PAGE, Sort

MOST_ROOMS = 9
MOST_ADULTS = 36
MOST_CHILDREN = 27
LARGEST_RADIUS_KM = 50
PRICE_OF_A_ROOM = "kobo per room and night on average, without what comes on top"


class StayQuery(Schema):
    check_in = Day(required=True)
    check_out = Day(required=True, metadata={"description": "the day of departure: 1 to 30 nights later"})
    adults = QueryInt(1, MOST_ADULTS, load_default=2)
    rooms = QueryInt(
        1,
        MOST_ROOMS,
        load_default=1,
        metadata={"description": "guests are spread over them: adults evenly, children by age"},
    )


class SearchQuery(StayQuery):
    latitude = Degrees(-90, 90, data_key="lat", required=True)
    longitude = Degrees(-180, 180, data_key="lon", required=True)
    radius_km = ma.fields.Float(
        allow_nan=False,
        load_default=10.0,
        validate=validate.Range(min=0, max=LARGEST_RADIUS_KM, min_inclusive=False),
    )
    children = QueryInt(
        0, MOST_CHILDREN, metadata={"description": f"how many; without `child_ages` priced as {OLDEST_CHILD} years old"}
    )
    child_ages = QueryInts(
        QueryInt(0, OLDEST_CHILD),
        load_default=[],
        validate=validate.Length(max=MOST_CHILDREN),
        metadata={"description": "as many as `children`, if that is told as well"},
    )
    min_price = QueryInt(0, MAX_KOBO, metadata={"description": PRICE_OF_A_ROOM})
    max_price = QueryInt(0, MAX_KOBO, metadata={"description": PRICE_OF_A_ROOM})
    stars = QueryInts(QueryInt(1, 5), load_default=[], validate=validate.Length(max=20))
    free_cancellation = QueryFlag(load_default=False, metadata={"description": "only what is still free to cancel"})
    pay_at_hotel = QueryFlag(load_default=False, metadata={"description": "only what is paid at the hotel"})
    sort = ma.fields.Enum(Sort, by_value=True, load_default=Sort.DISTANCE)
    page = QueryInt(1, LAST_PAGE, load_default=1, metadata={"description": "of 20 hotels"})

    @ma.validates_schema
    def each_child_has_an_age(self, data: dict[str, Any], **_kwargs: Any) -> None:
        if data["child_ages"] and data.get("children", len(data["child_ages"])) != len(data["child_ages"]):
            raise ma.ValidationError("As many as `children`.", "child_ages")

    @ma.post_load
    def counted(self, data: dict[str, Any], **_kwargs: Any) -> dict[str, Any]:
        return {"children": len(data["child_ages"])} | data


class OffersQuery(StayQuery):
    children = QueryInts(
        QueryInt(0, OLDEST_CHILD),
        load_default=[],
        validate=validate.Length(max=MOST_CHILDREN),
        metadata={"description": "their ages"},
    )
    search_id = ma.fields.UUID(metadata={"description": "the search that led here; send it on with the booking"})


class FoundHotelView(ma.Schema):
    id = ma.fields.UUID()
    slug = ma.fields.String()
    name = ma.fields.String()
    stars = ma.fields.Integer(allow_none=True)
    city = ma.fields.String()
    district = ma.fields.String(allow_none=True)
    location = ma.fields.Nested(LocationView)


class CheapestView(ma.Schema):
    room_type_id = ma.fields.UUID()
    rate_plan_id = ma.fields.UUID()
    room_type = ma.fields.String()
    name = ma.fields.String(metadata={"description": "of the rate plan"})
    total_amount = ma.fields.Integer(metadata={"description": "kobo for all rooms and nights, taxes and fees on top"})
    nightly_amount = ma.fields.Integer(
        metadata={"description": "kobo per room and night on average, without what comes on top"}
    )
    currency = ma.fields.String()
    payment_timing = ma.fields.String()
    free_cancellation = ma.fields.Boolean(metadata={"description": "whether cancelling would cost nothing now"})


class FoundView(ma.Schema):
    hotel = ma.fields.Nested(FoundHotelView)
    distance_m = ma.fields.Integer(metadata={"description": "metres, along the globe"})
    cheapest = ma.fields.Nested(CheapestView, metadata={"description": "of what has enough free rooms"})


class SearchView(ma.Schema):
    search_id = ma.fields.UUID()
    items = ma.fields.List(ma.fields.Nested(FoundView))
    page = ma.fields.Integer()
    has_more = ma.fields.Boolean()


class OfferNightView(ma.Schema):
    date = ma.fields.Date()
    amount = ma.fields.Integer(metadata={"description": "kobo for the first room"})


class OfferRoomView(ma.Schema):
    """One of the rooms, and who is thought to sleep in it: a booking says it itself."""

    adults = ma.fields.Integer()
    children = ma.fields.List(ma.fields.Integer(), metadata={"description": "their ages"})
    amount = ma.fields.Integer(metadata={"description": "kobo for all nights"})


class OfferChargeView(ma.Schema):
    name = ma.fields.String()
    amount = ma.fields.Integer(metadata={"description": "kobo"})
    is_included = ma.fields.Boolean(metadata={"description": "the rooms' amounts hold it already: shown, not added"})


class ReasonView(ma.Schema):
    reason = ma.fields.String()
    date = ma.fields.Date(metadata={"description": "the day it is about, if it is about one", "x-optional": True})


class OfferWindowView(ma.Schema):
    starts_at = Instant(allow_none=True)
    ends_at = Instant(allow_none=True)
    penalty = ma.fields.String(metadata={"description": "none, nights, percent or amount"})
    value = ma.fields.Integer()


class OfferCancellationView(ma.Schema):
    free_until = Instant(allow_none=True, metadata={"description": "null when cancelling costs something from now on"})
    windows = ma.fields.List(ma.fields.Nested(OfferWindowView))


class OfferView(ma.Schema):
    rate_plan_id = ma.fields.UUID()
    name = ma.fields.String()
    meals = ma.fields.String()
    payment_timing = ma.fields.String()
    is_sellable = ma.fields.Boolean()
    reasons = ma.fields.List(ma.fields.Nested(ReasonView), metadata={"description": "why it cannot be booked"})
    nights = ma.fields.List(ma.fields.Nested(OfferNightView))
    rooms = ma.fields.List(ma.fields.Nested(OfferRoomView), metadata={"description": "the first takes most adults"})
    rooms_amount = ma.fields.Integer(metadata={"description": "kobo for all rooms and nights"})
    charges = ma.fields.List(ma.fields.Nested(OfferChargeView), metadata={"description": "taxes and fees"})
    total_amount = ma.fields.Integer(metadata={"description": "kobo for rooms and charges that are not included"})
    currency = ma.fields.String()
    cancellation = ma.fields.Nested(OfferCancellationView)


class OfferedTypeView(ma.Schema):
    id = ma.fields.UUID()
    name = ma.fields.String()
    max_adults = ma.fields.Integer()
    max_children = ma.fields.Integer()
    max_occupancy = ma.fields.Integer()


class OffersOfTypeView(ma.Schema):
    room_type = ma.fields.Nested(OfferedTypeView)
    rooms_left = ma.fields.Integer()
    rate_plans = ma.fields.List(ma.fields.Nested(OfferView))


class OffersView(ma.Schema):
    search_id = ma.fields.UUID(allow_none=True)
    hotel_id = ma.fields.UUID()
    check_in = ma.fields.Date()
    check_out = ma.fields.Date()
    nights = ma.fields.Integer()
    rooms = ma.fields.Integer()
    currency = ma.fields.String()
    server_now = Instant()
    items = ma.fields.List(ma.fields.Nested(OffersOfTypeView))


class RoomTypeView(OfferedTypeView):
    description = ma.fields.String()
    bed = ma.fields.String(allow_none=True)
    size_sqm = ma.fields.Integer(allow_none=True)
    base_occupancy = ma.fields.Integer()


class HotelPageView(HotelDetailView):
    cover = ma.fields.Nested(ShownPhotoView, allow_none=True, metadata={"description": "null without photos"})
    photos = ma.fields.List(ma.fields.Nested(ShownPhotoView), metadata={"description": "in the hotel's order"})
    room_types = ma.fields.List(ma.fields.Nested(RoomTypeView))
