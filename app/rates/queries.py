"""What a quote is made of, read in one statement however many rooms and nights it has."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time
from itertools import groupby
from operator import itemgetter
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, func, select, text
from sqlalchemy.orm import Session

from app.core.clock import local_today
from app.core.sql import by_hand, run
from app.rates.charges import ChargeRule
from app.rates.models import RatePlan, RateSpan
from app.rates.occupancy import PeoplePrices, bands_of
from app.rates.pricing import Capacity, Span
from app.rooms.models import RoomType


@dataclass(frozen=True, slots=True)
class HotelFacts:
    """What a quote needs of a hotel. `now`: the database's clock, `today`: the date on the hotel's wall. `charges`: those in force on the
    day that was asked for, the platform's first.
    """

    id: UUID
    name: str
    slug: str
    is_selling: bool
    currency: str
    time_zone: str
    check_in_from: time
    check_out_until: time
    email: str
    now: datetime
    charges: tuple[ChargeRule, ...] = ()

    @property
    def today(self) -> date:
        return local_today(self.now, self.time_zone)


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """A rate plan, its room type, and its spans over a stay."""

    id: UUID
    hotel_id: UUID
    name: str
    meals: str
    payment_timing: str
    currency: str
    windows: Sequence[dict[str, Any]]
    grace_minutes: int
    change_terms: str
    room_type_id: UUID
    room_type: str
    lead_days: int
    advance_days: int
    capacity: Capacity
    people: PeoplePrices
    spans: tuple[Span, ...]


Days = tuple[date, date]
Plans = dict[UUID, PlanFacts]

HOTEL_COLUMNS = len(fields(HotelFacts))
_PLAN = (
    RatePlan.id,
    RatePlan.hotel_id,
    RatePlan.name,
    RatePlan.meals,
    RatePlan.payment_timing,
    RatePlan.currency,
    RatePlan.windows,
    RatePlan.grace_minutes,
    RatePlan.change_terms,
    RatePlan.room_type_id,
    RoomType.name.label("room_type"),
    RatePlan.lead_days,
    RatePlan.advance_days,
)
_CAPACITY = (RoomType.max_adults, RoomType.max_children, RoomType.max_occupancy)
_PEOPLE = (RoomType.base_occupancy, RatePlan.extra_adult_price, RatePlan.child_prices)
_FIRST, _END = func.lower(RateSpan.days), func.upper(RateSpan.days)
_SPAN = (
    _FIRST.label("first"),
    _END.label("end"),
    RateSpan.price,
    RateSpan.stop_sell,
    RateSpan.closed_to_arrival,
    RateSpan.closed_to_departure,
    RateSpan.min_nights,
    RateSpan.max_nights,
)
_PLAN_NAMES = [field.name for field in fields(PlanFacts)][: len(_PLAN)]
_PEOPLE_FROM = len(_PLAN) + len(_CAPACITY)
_SPAN_FROM = _PEOPLE_FROM + len(_PEOPLE)
# As JSON, for a hotel has a handful and the statement one row for each span.
_CHARGES = """
SELECT coalesce(json_agg(json_build_array(c.name, c.kind, c.value, c.is_included)
                         ORDER BY c.place <> '', c.hotel_id IS NOT NULL, c.id), '[]')
FROM charges c
WHERE c.place IN ('', h.state, h.id::text) AND c.retired_at IS NULL AND c.valid @> CAST(:check_in AS date)
"""

# A plan without a span for the stay has one row, a hotel without such a plan has one row too.
_HOTEL_WITH_PLANS = by_hand(f"""
SELECT h.id, h.name, h.slug, h.status = 'active', h.currency, h.time_zone, h.check_in_from, h.check_out_until, h.email,
       clock_timestamp(), levied.charges,
       p.id, p.hotel_id, p.name, p.meals, p.payment_timing, p.currency, p.windows, p.grace_minutes, p.change_terms,
       p.room_type_id, t.name, p.lead_days, p.advance_days,
       t.max_adults, t.max_children, t.max_occupancy, t.base_occupancy, p.extra_adult_price, p.child_prices,
       lower(s.days), upper(s.days), s.price, s.stop_sell, s.closed_to_arrival, s.closed_to_departure, s.min_nights, s.max_nights
FROM hotels h
CROSS JOIN LATERAL ({_CHARGES}) AS levied (charges)
LEFT JOIN (rate_plans p JOIN room_types t ON t.id = p.room_type_id AND t.hotel_id = p.hotel_id AND t.retired_at IS NULL)
  ON p.id = ANY(:ids) AND p.retired_at IS NULL
LEFT JOIN rate_spans s ON s.rate_plan_id = p.id AND lower(s.days) <= :check_out AND upper(s.days) > :check_in
WHERE h.id = :hotel_id ORDER BY t.id, p.id, lower(s.days)
""")  # noqa: S608 - of constants
_HOTEL_ALONE = by_hand(f"""
SELECT h.id, h.name, h.slug, h.status = 'active', h.currency, h.time_zone, h.check_in_from, h.check_out_until, h.email,
       clock_timestamp(), ({_CHARGES})
FROM hotels h WHERE h.id = :hotel_id
""")  # noqa: S608 - of constants


def find_hotel_facts(session: Session, hotel_id: UUID, check_in: date) -> HotelFacts | None:
    """Of a hotel in any state, with the taxes and fees of a stay that begins on that day. One statement."""
    row = run(session, _HOTEL_ALONE, {"hotel_id": hotel_id, "check_in": check_in}).one_or_none()
    return _hotel(row) if row else None


def plans_of_hotel(session: Session, hotel_id: UUID, check_in: date, check_out: date) -> list[PlanFacts]:
    """All living plans of the hotel's living room types, oldest first. One statement."""
    return _gathered(session.execute(_plans(check_in, check_out).where(RatePlan.hotel_id == hotel_id)).all())


def find_hotel_with_plans(
    session: Session, hotel_id: UUID, ids: set[UUID], days: Days
) -> tuple[HotelFacts | None, Plans]:
    """The hotel in any state, and the living ones among these plans, of whatever hotel. One statement."""
    bound = {"hotel_id": hotel_id, "ids": sorted(ids), "check_in": days[0], "check_out": days[1]}
    rows = run(session, _HOTEL_WITH_PLANS, bound).all()
    if not rows:
        return None, {}
    hotel = _hotel(rows[0])
    plans = [_plan(list(same)) for plan_id, same in groupby(map(_without_hotel, rows), itemgetter(0)) if plan_id]
    return hotel, {plan.id: plan for plan in plans}


def _hotel(row: Sequence[Any]) -> HotelFacts:
    facts = HotelFacts(*row[: HOTEL_COLUMNS - 1])
    return replace(facts, charges=tuple(ChargeRule(*charge) for charge in row[HOTEL_COLUMNS - 1]))


def _without_hotel(row: Sequence[Any]) -> Sequence[Any]:
    return row[HOTEL_COLUMNS:]


def _plans(check_in: date, check_out: date) -> Select[Any]:
    """A row for each plan and span. The span of the check-out day comes along: it may be closed to departure."""
    overlaps = and_(RateSpan.rate_plan_id == RatePlan.id, check_out >= _FIRST, check_in < _END)
    return (
        select(*_PLAN, *_CAPACITY, *_PEOPLE, *_SPAN)
        .join(RoomType, and_(RoomType.id == RatePlan.room_type_id, RoomType.hotel_id == RatePlan.hotel_id))
        .outerjoin(RateSpan, overlaps)
        .where(RatePlan.retired_at.is_(None), RoomType.retired_at.is_(None))
        .order_by(RoomType.id, RatePlan.id, _FIRST)
    )


def _gathered(rows: Sequence[Row[Any]]) -> list[PlanFacts]:
    return [_plan(list(same)) for _, same in groupby(rows, itemgetter(0))]


def _plan(rows: Sequence[Sequence[Any]]) -> PlanFacts:
    facts: dict[str, Any] = dict(zip(_PLAN_NAMES, rows[0], strict=False))
    capacity = Capacity(*rows[0][len(_PLAN) : _PEOPLE_FROM])
    base_adults, extra_adult, child_prices = rows[0][_PEOPLE_FROM:_SPAN_FROM]
    people = PeoplePrices(base_adults, extra_adult, bands_of(child_prices))
    spans = tuple(Span(*row[_SPAN_FROM:]) for row in rows if row[_SPAN_FROM] is not None)
    return PlanFacts(**facts, capacity=capacity, people=people, spans=spans)


_DEARER = text("""
SELECT rt.id FROM room_types rt JOIN rate_plans rp ON rp.room_type_id = rt.id AND rp.retired_at IS NULL
WHERE rt.hotel_id = (SELECT hotel_id FROM room_types WHERE id = :room_type_id) AND rt.retired_at IS NULL
  AND rt.max_adults >= :adults AND rt.max_children >= :children AND rt.max_occupancy >= :adults + :children
GROUP BY rt.id
HAVING min(rp.price) > (SELECT min(price) FROM rate_plans WHERE room_type_id = :room_type_id AND retired_at IS NULL)
ORDER BY min(rp.price), rt.id LIMIT 1
""")


def find_next_dearer(session: Session, room_type_id: UUID, adults: int, children: int) -> UUID | None:
    """The hotel's next dearer room type, by its cheapest base price, that takes so many people."""
    people = {"adults": adults, "children": children}
    found: UUID | None = session.scalar(_DEARER, {"room_type_id": room_type_id} | people)
    return found
