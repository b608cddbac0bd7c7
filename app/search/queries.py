"""The search, as one statement.

Inside, hotels come from the nearest-neighbour index on the Mercator map, nearest first, each with its cheapest plan that can be
booked; outside, those few are put in the order of their true distance on the globe. The index alone orders by distance on
the map, which differs from the truth by up to one per cent: a few more than wanted are fetched so that none is missed.
`ST_DWithin` is avoided on purpose: with it the planner leaves the index, reads the whole circle and sorts it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import TextClause, insert, text
from sqlalchemy.orm import Session

from app.config import settings
from app.rates.pricing import LARGEST_PAYMENT, SMALLEST_PAYMENT
from app.rooms.queries import FREE_ROOM
from app.search.criteria import PAGE_SIZE, Criteria, Sort
from app.search.models import SearchLog

_POINT: Final = "ST_SetSRID(ST_MakePoint(:longitude, :latitude), 4326)"
_MERCATOR: Final = f"ST_Transform({_POINT}, 3857)"
_DISTANCE: Final = f"ST_Distance(hotel.location, {_POINT}::geography)"
_TODAY: Final = "(clock_timestamp() AT TIME ZONE hotel.time_zone)::date"

# Nights are priced by the spans that cover them; `app.rates.pricing` says the same in Python.
_PRICED: Final = """
    SELECT sum(span.price * greatest(0, least(upper(span.days), :check_out) - greatest(lower(span.days), :check_in)))::bigint
               AS amount,
           sum(greatest(0, least(upper(span.days), :check_out) - greatest(lower(span.days), :check_in))) AS nights,
           bool_or(span.stop_sell AND lower(span.days) < :check_out) AS stopped,
           bool_or(lower(span.days) <= :check_in
                   AND (span.closed_to_arrival OR :nights NOT BETWEEN span.min_nights AND span.max_nights)) AS no_arrival,
           bool_or(span.closed_to_departure AND upper(span.days) > :check_out) AS no_departure
    FROM rate_spans span
    WHERE span.rate_plan_id = plan.id AND lower(span.days) <= :check_out AND upper(span.days) > :check_in
"""
_FREE_NOW: Final = """
    coalesce(plan.windows -> 0 ->> 'penalty' = 'none'
             AND (:check_in + hotel.check_in_from) AT TIME ZONE hotel.time_zone
                 - make_interval(hours => coalesce((plan.windows -> 0 ->> 'until_hours_before')::int, 0))
                 > clock_timestamp(), false)
"""
# One CASE, of which the planner expects every second hotel to pass. Of three comparisons it would expect one in 27: it would
# believe that the circle holds fewer hotels than are wanted, read them all and ask each for its rooms.
_INSIDE: Final = f"""
    CASE WHEN {_DISTANCE} > :radius THEN false
         ELSE :check_in >= {_TODAY} AND :check_out <= {_TODAY} + :sale_days END
"""
_PLAN_CONDITIONS: Final = (
    "room_type.hotel_id = hotel.id AND room_type.retired_at IS NULL AND plan.retired_at IS NULL",
    "room_type.max_adults >= :adults AND room_type.max_children >= :children",
    "room_type.max_occupancy >= :adults + :children",
    "priced.nights = :nights AND NOT priced.stopped AND NOT priced.no_arrival AND NOT priced.no_departure",
    "(plan.payment_timing = 'pay_at_hotel' OR priced.amount * :rooms BETWEEN :smallest AND :largest)",
)
_HOTEL_CONDITIONS: Final = (
    "hotel.status = 'active'",
    f"hotel.mercator && ST_Expand({_MERCATOR}, :reach)",
    "hotel.max_occupancy >= :adults + :children",
    _INSIDE,
)
_CHEAPEST: Final = """
    SELECT candidate.*
    FROM (
        SELECT room_type.id AS room_type_id, room_type.name AS room_type, plan.id AS rate_plan_id, plan.name AS rate_plan,
               plan.payment_timing, priced.amount, {free_now} AS free_cancellation
        FROM room_types room_type
        JOIN rate_plans plan ON plan.room_type_id = room_type.id AND plan.hotel_id = room_type.hotel_id
        CROSS JOIN LATERAL ({priced}) priced
        WHERE {conditions}
        ORDER BY priced.amount, room_type.id, plan.id
        OFFSET 0
    ) candidate
    WHERE (
        SELECT count(*)
        FROM (
            SELECT FROM rooms room
            WHERE room.room_type_id = candidate.room_type_id AND room.retired_at IS NULL AND {free_room}
            LIMIT :rooms
        ) free
    ) = :rooms
    ORDER BY candidate.amount, candidate.room_type_id, candidate.rate_plan_id
    LIMIT 1
"""
_NEAREST: Final = f"ORDER BY hotel.mercator <-> {_MERCATOR} LIMIT :fetched"
_WHOLE: Final = """
    WITH near AS (
        SELECT hotel.id, hotel.slug, hotel.name, hotel.stars, hotel.city, hotel.district, hotel.currency,
               hotel.location, {distance} AS distance, cheapest.*
        FROM hotels hotel
        CROSS JOIN LATERAL ({cheapest}) cheapest
        WHERE {conditions}
        {nearest}
    ), placed AS (
        SELECT near.*, row_number() OVER ({order}) AS place FROM near {order} LIMIT :last + 1
    )
    SELECT clock_timestamp() AS now, count(*) FILTER (WHERE place <= :last) AS found, json_build_object(
        'items', coalesce(json_agg(json_build_object(
            'hotel', json_build_object(
                'id', id, 'slug', slug, 'name', name, 'stars', stars, 'city', city, 'district', district,
                'location', json_build_object('lat', ST_Y(location::geometry), 'lon', ST_X(location::geometry))
            ),
            'distance_m', round(distance)::int,
            'cheapest', json_build_object(
                'room_type_id', room_type_id, 'rate_plan_id', rate_plan_id, 'room_type', room_type, 'name', rate_plan,
                'total_amount', amount * :rooms, 'nightly_amount', round(amount::numeric / :nights)::bigint,
                'currency', currency, 'payment_timing', payment_timing, 'free_cancellation', free_cancellation
            )
        ) ORDER BY place) FILTER (WHERE place <= :last), '[]'),
        'page', :page,
        'has_more', coalesce(bool_or(place > :last), false)
    )::text AS body
    FROM placed
    WHERE place > :first
"""


@dataclass(frozen=True, slots=True)
class Found:
    """`body`: a JSON object `{items, page, has_more}`; `count`: of items on the page; `now`: the database's clock."""

    now: datetime
    count: int
    body: str


def find_hotels(session: Session, criteria: Criteria) -> Found:
    """One page of what was asked for."""
    now, count, body = session.execute(statement(criteria), parameters(criteria)).one()
    return Found(now, count, body)


def statement(criteria: Criteria) -> TextClause:
    """The statement for these criteria: only what is asked for is looked at."""
    cheapest = _CHEAPEST.format(
        free_now=_FREE_NOW, priced=_PRICED, conditions=_all(_plan_conditions(criteria)), free_room=FREE_ROOM
    )
    by_distance = criteria.sort is Sort.DISTANCE
    whole = _WHOLE.format(
        distance=_DISTANCE,
        cheapest=cheapest,
        conditions=_all(_hotel_conditions(criteria)),
        nearest=_NEAREST if by_distance else "",
        order="ORDER BY distance, id" if by_distance else "ORDER BY amount, distance, id",
    )
    return text(whole)


def parameters(criteria: Criteria) -> dict[str, Any]:
    """What the statement binds."""
    last = criteria.page * PAGE_SIZE
    return {
        "latitude": criteria.latitude,
        "longitude": criteria.longitude,
        "radius": criteria.circle.radius,
        "reach": criteria.circle.reach,
        "check_in": criteria.check_in,
        "check_out": criteria.check_out,
        "nights": criteria.nights,
        "sale_days": settings().sale_days,
        "adults": criteria.adults_a_room,
        "children": criteria.children_a_room,
        "rooms": criteria.rooms,
        "smallest": SMALLEST_PAYMENT,
        "largest": LARGEST_PAYMENT,
        "min_price": criteria.min_price,
        "max_price": criteria.max_price,
        "stars": list(criteria.stars),
        "page": criteria.page,
        "first": last - PAGE_SIZE,
        "last": last,
        "fetched": fetched(last + 1),
    }


def fetched(wanted: int) -> int:
    """How many of the nearest on the map surely contain the `wanted` truly nearest: the ring in doubt grows with their number."""
    return wanted + 4 + wanted // 20


def log_search(session: Session, search_id: UUID, user_id: UUID | None, criteria: Criteria, found: int) -> None:
    """Remembers that it was searched and how many were found."""
    values = {
        "id": search_id,
        "user_id": user_id,
        "found": found,
        **{name: getattr(criteria, name) for name in ("latitude", "longitude", "radius_km", "check_in", "check_out")},
        **{name: getattr(criteria, name) for name in ("adults", "children", "rooms")},
    }
    session.execute(insert(SearchLog).values(values))


def _plan_conditions(criteria: Criteria) -> list[str]:
    wanted = {
        "plan.payment_timing = 'pay_at_hotel'": criteria.pay_at_hotel,
        _FREE_NOW: criteria.free_cancellation,
        "priced.amount >= CAST(:min_price AS bigint) * :nights": criteria.min_price is not None,
        "priced.amount <= CAST(:max_price AS bigint) * :nights": criteria.max_price is not None,
    }
    return [*_PLAN_CONDITIONS, *(condition for condition, is_wanted in wanted.items() if is_wanted)]


def _hotel_conditions(criteria: Criteria) -> list[str]:
    return [*_HOTEL_CONDITIONS, *(["hotel.stars = ANY(:stars)"] if criteria.stars else [])]


def _all(conditions: list[str]) -> str:
    return "\n AND ".join(conditions)
