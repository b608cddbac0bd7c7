"""What else the hotel has for the stay, for a guest whose room is gone; and a quote as clients see it."""

from dataclasses import asdict
from typing import Any

from app.bookings.request import BookingRequest
from app.core.db import reading
from app.rates import pricing
from app.rates.occupancy import Party
from app.rates.quote import PlanQuote, Quote, quote_each_plan, selling_hotel
from app.rooms.queries import free_rooms_by_type

MOST = 3


def offers(request: BookingRequest) -> list[dict[str, Any]]:
    """Up to three offers for one room of the stay that fit each party asked for, priced for the largest, cheapest first."""
    largest = max((Party(room.adults, room.children) for room in request.rooms), key=lambda party: party.people)
    with reading() as session:
        hotel = selling_hotel(session, request.hotel_id, request.check_in, request.check_out)
        priced = quote_each_plan(session, hotel, request.check_in, request.check_out, (largest,))
        free = free_rooms_by_type(session, request.hotel_id, request.check_in, request.check_out)
    fitting = [plan for plan in priced if not plan.obstacles and _fits(plan, request)]
    sellable = [offer_view(plan, free[plan.plan.room_type_id]) for plan in fitting if free.get(plan.plan.room_type_id)]
    return sorted(sellable, key=lambda offer: offer["total_amount"])[:MOST]


def offer_view(plan: PlanQuote, rooms_left: int) -> dict[str, Any]:
    """One offer: `{room_type_id, room_type, rate_plan_id, name, payment_timing, total_amount, currency, rooms_left}`, kobo for one room."""
    facts = plan.plan
    named = {
        "room_type_id": facts.room_type_id,
        "room_type": facts.room_type,
        "rate_plan_id": facts.id,
        "name": facts.name,
    }
    price = {"total_amount": plan.total_amount, "currency": facts.currency}
    return named | price | {"payment_timing": facts.payment_timing, "rooms_left": rooms_left}


def quote_view(quoted: Quote) -> dict[str, Any]:
    """`{rooms: [{room_type_id, rate_plan_id, nights: [{date, amount}]}], charges, total_amount, currency}`"""
    rooms = [
        {"room_type_id": room.room_type_id, "rate_plan_id": room.rate_plan_id, "nights": _nights(room.nights)}
        for room in quoted.rooms
    ]
    charges = [asdict(line) for line in quoted.charges]
    return {"rooms": rooms, "charges": charges, "total_amount": quoted.total_amount, "currency": quoted.currency}


def _nights(nights: Any) -> list[dict[str, Any]]:
    return [{"date": day, "amount": kobo} for day, kobo in nights]


def _fits(plan: PlanQuote, request: BookingRequest) -> bool:
    return all(pricing.fits(plan.plan.capacity, room.adults, len(room.children)) for room in request.rooms)
