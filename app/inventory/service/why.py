"""Why a stay cannot be sold: of the hotel, of each room type by night, of each rate plan. The rules are those of offers and bookings."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import groupby
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy.orm import Session

from app.config import settings
from app.core.db import reading
from app.hotels.errors import HotelNotFound
from app.inventory import board_queries
from app.rates import pricing
from app.rates import queries as rate_queries
from app.rates.occupancy import Party
from app.rates.pricing import Reason
from app.rates.queries import HotelFacts
from app.rates.quote import PlanQuote, quote_each_plan
from app.rates.reasons import undated
from app.rooms import queries as room_queries

Reasons = list[dict[str, Any]]


class OfType(StrEnum):
    """Why no plan of a room type can be sold, beside `sold_out`."""

    NO_ROOMS = "no_rooms"
    NO_RATE_PLAN = "no_rate_plan"
    NO_ROOM_THROUGHOUT = "no_room_throughout"  # on each night there are enough, but not the same ones on all nights


@dataclass(frozen=True, slots=True)
class Stay:
    """`parties`: who comes, a room for each."""

    check_in: date
    check_out: date
    parties: tuple[Party, ...]


def explain(hotel_id: UUID, stay: Stay) -> dict[str, Any]:
    """JSON-ready, as `schemas.WhyView` documents it. Four statements. Raises HotelNotFound, StayInvalid."""
    pricing.nights_of(stay.check_in, stay.check_out)
    with reading() as session:
        hotel = rate_queries.find_hotel_facts(session, hotel_id, stay.check_in)
        if hotel is None:
            raise HotelNotFound
        quotes = quote_each_plan(session, hotel, stay.check_in, stay.check_out, stay.parties)
        free = room_queries.free_rooms_by_type(session, hotel_id, stay.check_in, stay.check_out)
        nights = _nights_by_type(session, hotel_id, stay)
    reasons = _of_hotel(hotel, stay)
    plans = {type_id: list(same) for type_id, same in groupby(quotes, key=lambda quote: quote.plan.room_type_id)}
    types = [
        _room_type(found, plans.get(UUID(found["room_type_id"]), []), free.get(UUID(found["room_type_id"]), 0), stay)
        for found in nights
    ]
    for plan in (plan for one in types for plan in one["rate_plans"]):
        plan["is_sellable"] = plan["is_sellable"] and not reasons
    return {
        "hotel_id": hotel.id,
        "check_in": stay.check_in,
        "check_out": stay.check_out,
        "rooms": len(stay.parties),
        "server_now": hotel.now,
        "reasons": reasons,
        "room_types": types,
    }


def _nights_by_type(session: Session, hotel_id: UUID, stay: Stay) -> list[dict[str, Any]]:
    body = board_queries.find_availability(session, hotel_id, stay.check_in, stay.check_out)
    found: list[dict[str, Any]] = orjson.loads(body or "{}").get("room_types", [])
    return found


def _of_hotel(hotel: HotelFacts, stay: Stay) -> Reasons:
    holds = {
        Reason.HOTEL_NOT_SELLING: not hotel.is_selling,
        Reason.OUTSIDE_SALE_PERIOD: not pricing.is_on_sale(
            hotel.today, settings().sale_days, stay.check_in, stay.check_out
        ),
    }
    return [{"reason": reason} for reason, is_so in holds.items() if is_so]


def _room_type(found: dict[str, Any], quotes: list[PlanQuote], free: int, stay: Stay) -> dict[str, Any]:
    reasons = _of_type(found["nights"], free, len(stay.parties))
    if not quotes:
        reasons.append({"reason": OfType.NO_RATE_PLAN})
    plans = [_plan(quote, free, is_free=not reasons) for quote in quotes]
    return {**found, "rooms_free": free, "reasons": reasons, "rate_plans": plans}


def _of_type(nights: list[dict[str, Any]], free: int, rooms: int) -> Reasons:
    if not any(night["total"] for night in nights):
        return [{"reason": OfType.NO_ROOMS}]
    short: Reasons = [
        {"reason": Reason.SOLD_OUT, "date": night["date"]} for night in nights if night["sellable"] < rooms
    ]
    if not short and free < rooms:
        short.append({"reason": OfType.NO_ROOM_THROUGHOUT})
    return short


def _plan(quote: PlanQuote, free: int, *, is_free: bool) -> dict[str, Any]:
    """What the type lacks is told with the type."""
    reasons: Reasons = [{"reason": obstacle.reason, "date": obstacle.day} for obstacle in quote.obstacles]
    reasons += [{"reason": reason} for reason in undated(quote, free) if reason is not Reason.SOLD_OUT]
    return {
        "rate_plan_id": quote.plan.id,
        "name": quote.plan.name,
        "is_sellable": is_free and not reasons,
        "reasons": reasons,
    }
