"""The search, as one statement.

Inside, hotels come from the nearest-neighbour index on the Mercator map, nearest first, each with its cheapest plan that can be
booked; outside, those few are put in the order of their true distance on the globe. The index alone orders by distance on
the map, which differs from the truth by up to one per cent: a few more than wanted are fetched so that none is missed.
`ST_DWithin` is avoided on purpose: with it the planner leaves the index, reads the whole circle and sorts it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

import orjson
from sqlalchemy import Connection, text
from sqlalchemy.dialects.postgresql import psycopg

from app.config import settings
from app.rates import charges
from app.rates.charges import Size
from app.rates.pricing import LARGEST_PAYMENT, SMALLEST_PAYMENT
from app.rooms.queries import FREE_ROOM
from app.search.criteria import PAGE_SIZE, Criteria, Sort

# What bounds a search where hotels are many and nothing is free: of the circle, so many hotels are looked at, nearest first, and of
# those that take the guests, so many are asked for a price and a room.
WALKED: Final = 10_000
ASKED: Final = 2_000

# What is bound, each under a letter of its own: see `_driver_sql`.
BOUND: Final = (
    *(
        "latitude",
        "longitude",
        "radius",
        "reach",
        "check_in",
        "check_out",
        "nights",
        "sale_days",
        "adults",
        "children",
        "people",
    ),
    *("counted", "parties", "rooms", "smallest", "largest", "min_price", "max_price", "stars", "page", "first", "last"),
    *("fetched", "walked", "asked"),
)
SHORT: Final = {name: chr(ord("a") + place) for place, name in enumerate(BOUND)}
NAME: Final = re.compile(r"%\((\w+)\)s")
TIGHT: Final = re.compile(r" ?([<>=*+,&|()-]+) ?")
_POINT: Final = "ST_Point(:longitude, :latitude, 4326)"
_MERCATOR: Final = f"ST_Transform({_POINT}, 3857)"
_DISTANCE: Final = f"ST_Distance(hotel.location, {_POINT}::geography)"
_TODAY: Final = "(clock_timestamp() AT TIME ZONE hotel.time_zone)::date"

# Nights are priced by the spans that cover them; `app.rates.pricing` says the same in Python.
_PRICED: Final = """
    SELECT sum(price * (least(upper(days), :check_out) - greatest(lower(days), :check_in)))::bigint * :rooms
           + CASE WHEN plan.extra_adult_price > 0 OR plan.child_prices IS NOT NULL THEN :nights * extras_a_night(
               :parties, type.base_occupancy, plan.extra_adult_price, plan.child_prices) ELSE 0 END AS amount,
           sum(least(upper(days), :check_out) - greatest(lower(days), :check_in)) AS nights,
           bool_or(stop_sell AND lower(days) < :check_out
                   OR closed_to_departure AND upper(days) > :check_out
                   OR lower(days) <= :check_in
                      AND (closed_to_arrival OR :nights NOT BETWEEN min_nights AND max_nights)) AS is_closed
    FROM rate_spans
    WHERE rate_plan_id = plan.id AND lower(days) <= :check_out AND upper(days) > :check_in
"""
_FREE_NOW: Final = """
    coalesce(plan.windows -> 0 ->> 'penalty' = 'none'
             AND (:check_in + hotel.check_in_from) AT TIME ZONE hotel.time_zone
                 - make_interval(hours => coalesce((plan.windows -> 0 ->> 'until_hours_before')::int, 0))
                 > clock_timestamp(), false)
"""
# One CASE, of which the planner expects every second hotel to pass. Of three comparisons it would expect one in 27: it would
# believe that the circle holds fewer hotels than are wanted, read them all and ask each for its rooms.
_INSIDE: Final = """
    CASE WHEN away.distance > :radius THEN false
         ELSE away.ahead BETWEEN 0 AND :sale_days - :nights END
"""
_PLAN_CONDITIONS: Final = (
    "type.hotel_id = hotel.id AND type.retired_at IS NULL AND plan.retired_at IS NULL",
    "type.max_adults >= :adults AND type.max_children >= :children AND type.max_occupancy >= :people",
    "hotel.ahead BETWEEN plan.lead_days AND plan.advance_days",
    "priced.nights = :nights AND NOT priced.is_closed",
)
_HOTEL_CONDITIONS: Final = ("hotel.max_occupancy >= :people", _INSIDE)
# What comes on top, of the few that can be had; `app.rates.charges` says the same in Python. More for the rooms is more in all: the
# cheapest without is the cheapest with it.
_LEVIED: Final = """
    SELECT candidate.amount + coalesce(sum(CASE kind WHEN 'percent' THEN (candidate.amount * value + 5000) / 10000
                                           ELSE value * (CAST(:counted AS jsonb) ->> kind)::int END), 0)::bigint AS total
    FROM charges
    WHERE place IN ('', hotel.state, hotel.id::text) AND retired_at IS NULL AND NOT is_included AND valid @> :check_in
"""
_CHEAPEST: Final = """
    SELECT candidate.*, levied.total
    FROM (
        SELECT type.id AS room_type_id, type.name AS room_type, plan.id AS rate_plan_id, plan.name AS rate_plan,
               plan.payment_timing, priced.amount, {free_now} AS free_cancellation
        FROM room_types type
        JOIN rate_plans plan ON plan.room_type_id = type.id AND plan.hotel_id = type.hotel_id
        CROSS JOIN LATERAL ({priced}) priced
        WHERE {conditions}
        ORDER BY priced.amount, type.id, plan.id
        OFFSET 0
    ) candidate
    CROSS JOIN LATERAL ({levied}) levied
    WHERE (
        SELECT count(*)
        FROM (
            SELECT FROM rooms room
            WHERE room.room_type_id = candidate.room_type_id AND room.retired_at IS NULL AND {free_room}
            LIMIT :rooms
        ) free
    ) = :rooms AND (candidate.payment_timing = 'pay_at_hotel' OR levied.total BETWEEN :smallest AND :largest)
    ORDER BY candidate.amount, candidate.room_type_id, candidate.rate_plan_id
    LIMIT 1
"""
_WHOLE: Final = """
    WITH near AS (
        SELECT hotel.*, cheapest.*
        FROM (
            SELECT hotel.*, away.*
            FROM (
                SELECT id, slug, name, stars, city, district, state, currency, location, time_zone, check_in_from, max_occupancy,
                       mercator <-> {mercator} AS map_distance
                FROM hotels
                WHERE status = 'active' AND mercator && ST_Expand({mercator}, :reach)
                ORDER BY map_distance
                LIMIT :walked
            ) hotel
            CROSS JOIN LATERAL (SELECT {distance} AS distance, :check_in - {today} AS ahead OFFSET 0) away
            WHERE {conditions}
            ORDER BY hotel.map_distance
            LIMIT :asked
        ) hotel
        CROSS JOIN LATERAL ({cheapest}) cheapest
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
                'total_amount', total, 'nightly_amount', round(amount::numeric / (:rooms * :nights))::bigint,
                'currency', currency, 'payment_timing', payment_timing, 'free_cancellation', free_cancellation
            )
        ) ORDER BY place) FILTER (WHERE place <= :last), '[]'),
        'page', :page,
        'has_more', count(*) > :last - :first
    )::text AS body
    FROM placed
    WHERE place > :first
"""
_LOG: Final = """
    INSERT INTO search_log (
        id, user_id, latitude, longitude, radius_km, check_in, check_out, adults, children, rooms, found)
    SELECT id, user_id, latitude, longitude, radius_km, check_in, check_out, adults, children, rooms, found
    FROM json_populate_recordset(NULL::search_log, %(rows)s)
"""


@dataclass(frozen=True, slots=True)
class Found:
    """`body`: a JSON object `{items, page, has_more}`; `count`: of items on the page; `now`: the database's clock."""

    now: datetime
    count: int
    body: str


def find_hotels(connection: Connection, criteria: Criteria) -> Found:
    """One page of what was asked for."""
    bound = {SHORT[name]: value for name, value in parameters(criteria).items()}
    now, count, body = connection.exec_driver_sql(_driver_sql(statement(criteria)), bound).one()
    return Found(now, count, body)


def statement(criteria: Criteria) -> str:
    """The statement for these criteria, with `:name` where `parameters` are bound: only what is asked for is looked at."""
    return _statement(_plan_conditions(criteria), _hotel_conditions(criteria), criteria.sort)


@cache
def _statement(plan_conditions: tuple[str, ...], hotel_conditions: tuple[str, ...], sort: Sort) -> str:
    cheapest = _CHEAPEST.format(
        free_now=_FREE_NOW, priced=_PRICED, conditions=_all(plan_conditions), free_room=FREE_ROOM, levied=_LEVIED
    )
    by_distance = sort is Sort.DISTANCE
    whole = _WHOLE.format(
        mercator=_MERCATOR,
        distance=_DISTANCE,
        today=_TODAY,
        cheapest=cheapest,
        conditions=_all(hotel_conditions),
        nearest="ORDER BY hotel.map_distance LIMIT :fetched" if by_distance else "",
        order="ORDER BY distance, id" if by_distance else "ORDER BY total, distance, id",
    )
    return " ".join(whole.split())


@cache
def _driver_sql(sql: str) -> str:
    """As psycopg reads it. It remembers how to prepare a statement of up to 4,096 bytes, and reads longer ones anew each time: names are
    short, and no space is left that PostgreSQL does not need.
    """
    compiled = str(text(sql).compile(dialect=psycopg.dialect()))  # type: ignore[no-untyped-call]
    return NAME.sub(lambda match: f"%({SHORT[match[1]]})s", TIGHT.sub(r"\1", compiled))


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
        "adults": max(party.adults for party in criteria.parties),
        "children": max(len(party.children) for party in criteria.parties),
        "people": max(party.people for party in criteria.parties),
        "counted": _counted(criteria),
        "parties": orjson.dumps([[party.adults, *party.children] for party in criteria.parties]).decode(),
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
        "walked": WALKED,
        "asked": ASKED,
    }


def _counted(criteria: Criteria) -> str:
    """How often a fee is due, by its kind, as JSON."""
    people = sum(party.people for party in criteria.parties)
    size = Size(criteria.rooms, people, criteria.nights)
    return orjson.dumps(charges.counted(size)).decode()


def fetched(wanted: int) -> int:
    """How many of the nearest on the map surely contain the `wanted` truly nearest: the ring in doubt grows with their number."""
    return wanted + 4 + wanted // 20


def log_searches(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Remembers what was searched and how much was found: all rows in one statement."""
    connection.exec_driver_sql(_LOG, {"rows": orjson.dumps(rows).decode()})


def _plan_conditions(criteria: Criteria) -> tuple[str, ...]:
    wanted = {
        "plan.payment_timing = 'pay_at_hotel'": criteria.pay_at_hotel,
        _FREE_NOW: criteria.free_cancellation,
        "priced.amount >= CAST(:min_price AS bigint) * :rooms * :nights": criteria.min_price is not None,
        "priced.amount <= CAST(:max_price AS bigint) * :rooms * :nights": criteria.max_price is not None,
    }
    return (*_PLAN_CONDITIONS, *(condition for condition, is_wanted in wanted.items() if is_wanted))


def _hotel_conditions(criteria: Criteria) -> tuple[str, ...]:
    return (*_HOTEL_CONDITIONS, *(["hotel.stars = ANY(:stars)"] if criteria.stars else []))


def _all(conditions: Sequence[str]) -> str:
    return " AND ".join(conditions)
