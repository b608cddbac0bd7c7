"""The price of a stay, computed by us alone: for a booking (`quote`) and for all a hotel offers (`quote_each_plan`)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.config import settings
from app.rates import charges, pricing, queries
from app.rates.charges import ChargeLine, Size
from app.rates.errors import AmountOutOfRange, DoesNotFit, MixedPaymentTiming, NotOnSale, UnknownRate
from app.rates.models import PaymentTiming
from app.rates.occupancy import Party
from app.rates.pricing import Obstacle, Reason
from app.rates.queries import HotelFacts, PlanFacts

Nights = tuple[tuple[date, int], ...]


@dataclass(frozen=True, slots=True)
class RoomWish:
    """One room wanted: of which type, under which plan, for whom. `children`: their ages. `bought`: nights of it that were sold under this
    plan already, (date, kobo) by date, and cost what they cost.
    """

    room_type_id: UUID
    rate_plan_id: UUID
    adults: int
    children: tuple[int, ...] = ()
    bought: Nights = ()

    def prices(self, nights: Nights) -> Nights:
        """What each of these nights costs him: those that he has bought, what he bought them for."""
        own = dict(self.bought)
        return tuple((night, own.get(night, kobo)) for night, kobo in nights)

    def is_in_the_way(self, obstacle: Obstacle, nights: Sequence[date]) -> bool:
        """Whether it keeps him from these nights: not where he only keeps what he has."""
        own = [night for night, _ in self.bought]
        arrives = bool(own) and nights[0] == own[0]
        departs = bool(own) and nights[-1] == own[-1]
        kept = {
            Reason.CLOSED_TO_ARRIVAL: arrives,
            Reason.CLOSED_TO_DEPARTURE: departs,
            Reason.MIN_NIGHTS: arrives and departs,
            Reason.MAX_NIGHTS: arrives and departs,
        }
        return not kept.get(obstacle.reason, obstacle.day in own)

    @property
    def party(self) -> Party:
        return Party(self.adults, self.children)


@dataclass(frozen=True, slots=True)
class QuotedRoom:
    """`nights`: (date, kobo), for the people in it. `terms`: the plan as it is now, JSON-ready, to be kept with the booking."""

    room_type_id: UUID
    rate_plan_id: UUID
    terms: dict[str, Any]
    payment_timing: str
    nights: Nights
    adults: int
    children: tuple[int, ...]

    @property
    def amount(self) -> int:
        """Kobo for all nights."""
        return sum(kobo for _, kobo in self.nights)


@dataclass(frozen=True, slots=True)
class Quote:
    """What a stay costs, in kobo. `charges`: taxes and fees, those that the prices hold among them; `charges_amount`: those on top."""

    hotel: HotelFacts
    check_in: date
    check_out: date
    rooms: tuple[QuotedRoom, ...]
    charges: tuple[ChargeLine, ...] = ()

    @property
    def rooms_amount(self) -> int:
        return sum(room.amount for room in self.rooms)

    @property
    def charges_amount(self) -> int:
        return charges.on_top(self.charges)

    @property
    def total_amount(self) -> int:
        return self.rooms_amount + self.charges_amount

    @property
    def currency(self) -> str:
        return self.hotel.currency

    @property
    def payment_timing(self) -> str:
        return self.rooms[0].payment_timing


@dataclass(frozen=True, slots=True)
class PlanQuote:
    """One plan priced for a room of each party; `rooms` may lack nights when `obstacles` say why it cannot be sold."""

    plan: PlanFacts
    parties: tuple[Party, ...]
    rooms: tuple[Nights, ...]
    charges: tuple[ChargeLine, ...]
    obstacles: tuple[Obstacle, ...]

    @property
    def nights(self) -> Nights:
        """Of the first room."""
        return self.rooms[0]

    @property
    def rooms_amount(self) -> int:
        return sum(kobo for room in self.rooms for _, kobo in room)

    @property
    def total_amount(self) -> int:
        return self.rooms_amount + charges.on_top(self.charges)


def quote(session: Session, hotel_id: UUID, check_in: date, check_out: date, wishes: Sequence[RoomWish]) -> Quote:
    """Prices one or more rooms in one statement.

    Raises StayInvalid, NotOnSale (also for hotels that are unknown or not active), UnknownRate, DoesNotFit,
    MixedPaymentTiming, AmountOutOfRange: all 422.
    """
    nights = pricing.nights_of(check_in, check_out)
    wanted = {wish.rate_plan_id for wish in wishes}
    found, plans = queries.find_hotel_with_plans(session, hotel_id, wanted, (check_in, check_out))
    hotel = _selling(found, check_in, check_out)
    chosen = [_chosen(plans, hotel_id, wish) for wish in wishes]
    _refuse_closed(hotel, list(zip(chosen, wishes, strict=True)), nights)
    rooms = tuple(_room(hotel, plan, wish, nights) for plan, wish in zip(chosen, wishes, strict=True))
    charged = _charges(hotel, sum(room.amount for room in rooms), [wish.party for wish in wishes], nights)
    whole = Quote(hotel, check_in, check_out, rooms, charged)
    _refuse_unpayable(whole)
    return whole


def quote_each_plan(
    session: Session, hotel: HotelFacts, check_in: date, check_out: date, parties: Sequence[Party] = (Party(1),)
) -> list[PlanQuote]:
    """Every living plan of the hotel priced for a room of each party, in one statement. Raises StayInvalid."""
    nights = pricing.nights_of(check_in, check_out)
    plans = queries.plans_of_hotel(session, hotel.id, check_in, check_out)
    return [_plan_quote(hotel, plan, tuple(parties), nights) for plan in plans]


def selling_hotel(session: Session, hotel_id: UUID, check_in: date, check_out: date) -> HotelFacts:
    """The hotel, if it is active and the stay lies within the days it sells. Raises NotOnSale."""
    return _selling(queries.find_hotel_facts(session, hotel_id, check_in), check_in, check_out)


def _selling(hotel: HotelFacts | None, check_in: date, check_out: date) -> HotelFacts:
    if hotel is None or not hotel.is_selling:
        raise hotel_sells_not()
    refuse_outside_sale_period(hotel, check_in, check_out)
    return hotel


def hotel_sells_not() -> NotOnSale:
    """The refusal of a hotel that is not there or not active."""
    return NotOnSale("This hotel does not sell", reasons=[{"reason": Reason.HOTEL_NOT_SELLING}])


def refuse_outside_sale_period(hotel: HotelFacts, check_in: date, check_out: date) -> None:
    """Raises NotOnSale unless the stay lies between the hotel's today and `sale_days` later."""
    days = settings().sale_days
    if not pricing.is_on_sale(hotel.today, days, check_in, check_out):
        detail = f"Nights are sold from {hotel.today} (the hotel's today) for {days} days"
        raise NotOnSale(detail, reasons=[{"reason": Reason.OUTSIDE_SALE_PERIOD}])


def terms_of(hotel: HotelFacts, plan: PlanFacts) -> dict[str, Any]:
    """What a booking keeps: `{name, meals, payment_timing, windows, grace_minutes, change_terms, room_type, check_in_from, time_zone}`;
    the time as "HH:MM".
    """
    return {
        "name": plan.name,
        "meals": plan.meals,
        "payment_timing": plan.payment_timing,
        "windows": plan.windows,
        "grace_minutes": plan.grace_minutes,
        "change_terms": plan.change_terms,
        "room_type": plan.room_type,
        "check_in_from": hotel.check_in_from.isoformat("minutes"),
        "time_zone": hotel.time_zone,
    }


def _chosen(plans: dict[UUID, PlanFacts], hotel_id: UUID, wish: RoomWish) -> PlanFacts:
    """A room that was bought under a plan may since be one of a better type: a late payment found none of its own."""
    plan = plans.get(wish.rate_plan_id)
    is_of_type = plan is not None and (plan.room_type_id == wish.room_type_id or bool(wish.bought))
    if plan is None or plan.hotel_id != hotel_id or not is_of_type:
        raise UnknownRate(rate_plan_id=wish.rate_plan_id, room_type_id=wish.room_type_id)
    if not pricing.fits(plan.capacity, wish.adults, len(wish.children)):
        raise DoesNotFit(room_type_id=wish.room_type_id, **_limits(plan))
    return plan


def _limits(plan: PlanFacts) -> dict[str, Any]:
    capacity = plan.capacity
    return {
        "max_adults": capacity.max_adults,
        "max_children": capacity.max_children,
        "max_occupancy": capacity.max_occupancy,
    }


def _plan_quote(hotel: HotelFacts, plan: PlanFacts, parties: tuple[Party, ...], nights: Sequence[date]) -> PlanQuote:
    rooms = tuple(_nights(plan, party, nights) for party in parties)
    charged = _charges(hotel, sum(kobo for room in rooms for _, kobo in room), parties, nights)
    return PlanQuote(plan, parties, rooms, charged, _obstacles(hotel, plan, nights))


def _nights(plan: PlanFacts, party: Party, nights: Sequence[date]) -> Nights:
    on_top = plan.people.on_top(party)
    return tuple((night, kobo + on_top) for night, kobo in pricing.price_nights(plan.spans, nights))


def _charges(
    hotel: HotelFacts, rooms_amount: int, parties: Sequence[Party], nights: Sequence[date]
) -> tuple[ChargeLine, ...]:
    people = sum(party.people for party in parties)
    return charges.lines(hotel.charges, rooms_amount, Size(len(parties), people, len(nights)))


def _obstacles(hotel: HotelFacts, plan: PlanFacts, nights: Sequence[date]) -> tuple[Obstacle, ...]:
    ahead = pricing.obstacle_of_booking_day(
        hotel.today, nights[0], lead_days=plan.lead_days, advance_days=plan.advance_days
    )
    return (*pricing.obstacles(plan.spans, nights), *ahead)


def _refuse_closed(hotel: HotelFacts, chosen: Sequence[tuple[PlanFacts, RoomWish]], nights: Sequence[date]) -> None:
    found = {
        (plan.id, obstacle.reason, obstacle.day): {
            "reason": obstacle.reason,
            "date": obstacle.day,
            "rate_plan_id": plan.id,
        }
        for plan, wish in chosen
        for obstacle in _obstacles(hotel, plan, nights)
        if wish.is_in_the_way(obstacle, nights)
    }
    if found:
        raise NotOnSale(reasons=list(found.values()))


def _room(hotel: HotelFacts, plan: PlanFacts, wish: RoomWish, nights: Sequence[date]) -> QuotedRoom:
    return QuotedRoom(
        room_type_id=wish.room_type_id,
        rate_plan_id=plan.id,
        terms=terms_of(hotel, plan),
        payment_timing=plan.payment_timing,
        nights=_priced(plan, wish, nights),
        adults=wish.adults,
        children=wish.children,
    )


def _priced(plan: PlanFacts, wish: RoomWish, nights: Sequence[date]) -> Nights:
    """A night that he has bought needs no price any more."""
    priced = dict(_nights(plan, wish.party, nights))
    return wish.prices(tuple((night, priced.get(night, 0)) for night in nights))


def _refuse_unpayable(whole: Quote) -> None:
    if len({room.payment_timing for room in whole.rooms}) > 1:
        raise MixedPaymentTiming
    if whole.payment_timing == PaymentTiming.PAY_NOW and not pricing.is_payable(whole.total_amount):
        raise AmountOutOfRange(
            total_amount=whole.total_amount,
            smallest=pricing.SMALLEST_PAYMENT,
            largest=pricing.LARGEST_PAYMENT,
        )
