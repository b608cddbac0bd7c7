"""What one hotel offers for a stay: each room type under each rate plan, priced as a booking would be; and why not, where not."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.core.db import reading
from app.hotels.errors import HotelNotFound
from app.rates import policy, pricing
from app.rates import queries as rate_queries
from app.rates.occupancy import Party, spread
from app.rates.queries import HotelFacts
from app.rates.quote import Nights, PlanQuote, quote_each_plan, refuse_outside_sale_period
from app.rates.reasons import undated
from app.rooms import queries as room_queries


@dataclass(frozen=True, slots=True)
class Wish:
    """A stay and who comes, spread over the rooms as `occupancy.spread` does. `children`: their ages."""

    check_in: date
    check_out: date
    adults: int
    children: tuple[int, ...]
    rooms: int

    @property
    def parties(self) -> tuple[Party, ...]:
        return spread(self.adults, self.children, self.rooms)


@dataclass(frozen=True, slots=True)
class Offer:
    """One rate plan for `wish.rooms` rooms of its type, of which `rooms_left` are free."""

    quote: PlanQuote
    wish: Wish
    rooms_left: int

    def reasons(self) -> list[dict[str, Any]]:
        """`[{reason, date?}]`; empty when it can be booked."""
        dated = [{"reason": obstacle.reason, "date": obstacle.day} for obstacle in self.quote.obstacles]
        return [*dated, *({"reason": reason} for reason in undated(self.quote, self.rooms_left))]


def of_hotel(hotel_id: UUID, wish: Wish) -> dict[str, Any]:
    """Offers, JSON-ready, in three statements. Raises HotelNotFound (also when not active), StayInvalid, NotOnSale."""
    pricing.nights_of(wish.check_in, wish.check_out)
    with reading() as session:
        hotel = _selling_hotel(session, hotel_id, wish)
        quotes = quote_each_plan(session, hotel, wish.check_in, wish.check_out, wish.parties)
        left = room_queries.free_rooms_by_type(session, hotel_id, wish.check_in, wish.check_out)
    offers = [Offer(quote, wish, left.get(quote.plan.room_type_id, 0)) for quote in quotes]
    return {
        "hotel_id": hotel.id,
        "check_in": wish.check_in,
        "check_out": wish.check_out,
        "nights": (wish.check_out - wish.check_in).days,
        "rooms": wish.rooms,
        "currency": hotel.currency,
        "server_now": hotel.now,
        "items": _by_room_type(offers, hotel),
    }


def _selling_hotel(session: Session, hotel_id: UUID, wish: Wish) -> HotelFacts:
    hotel = rate_queries.find_hotel_facts(session, hotel_id, wish.check_in)
    if hotel is None or not hotel.is_selling:
        raise HotelNotFound
    refuse_outside_sale_period(hotel, wish.check_in, wish.check_out)
    return hotel


def _by_room_type(offers: Sequence[Offer], hotel: HotelFacts) -> list[dict[str, Any]]:
    groups = groupby(offers, key=lambda offer: offer.quote.plan.room_type_id)
    return [_room_type(list(same), hotel) for _, same in groups]


def _room_type(offers: Sequence[Offer], hotel: HotelFacts) -> dict[str, Any]:
    plan = offers[0].quote.plan
    return {
        "room_type": {
            "id": plan.room_type_id,
            "name": plan.room_type,
            "max_adults": plan.capacity.max_adults,
            "max_children": plan.capacity.max_children,
            "max_occupancy": plan.capacity.max_occupancy,
        },
        "rooms_left": offers[0].rooms_left,
        "rate_plans": [_rate_plan(offer, hotel) for offer in offers],
    }


def _rate_plan(offer: Offer, hotel: HotelFacts) -> dict[str, Any]:
    plan, reasons = offer.quote.plan, offer.reasons()
    arrival = policy.arrival_instant(offer.wish.check_in, hotel.check_in_from, hotel.time_zone)
    return {
        "rate_plan_id": plan.id,
        "name": plan.name,
        "meals": plan.meals,
        "payment_timing": plan.payment_timing,
        "is_sellable": not reasons,
        "reasons": reasons,
        "nights": [{"date": night, "amount": kobo} for night, kobo in offer.quote.nights],
        "rooms": [_room(party, nights) for party, nights in zip(offer.quote.parties, offer.quote.rooms, strict=True)],
        "rooms_amount": offer.quote.rooms_amount,
        "charges": [asdict(line) for line in offer.quote.charges],
        "total_amount": offer.quote.total_amount,
        "currency": hotel.currency,
        "cancellation": _cancellation(plan.windows, arrival, hotel.now),
    }


def _room(party: Party, nights: Nights) -> dict[str, Any]:
    return {"adults": party.adults, "children": party.children, "amount": sum(kobo for _, kobo in nights)}


def _cancellation(windows: Sequence[dict[str, Any]], arrival: datetime, now: datetime) -> dict[str, Any]:
    """`free_until` is None when that instant has passed."""
    free_until = policy.free_until(windows, arrival)
    return {
        "free_until": free_until if free_until and free_until > now else None,
        "windows": [
            {"starts_at": dated.starts_at, "ends_at": dated.ends_at, "penalty": dated.penalty, "value": dated.value}
            for dated in policy.dated_windows(windows, arrival)
        ],
    }
