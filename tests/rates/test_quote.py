"""The server's price for a booking."""

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, text, update

from app.core.columns import new_id
from app.core.db import reading, transaction
from app.hotels.models import Hotel
from app.rates.errors import AmountOutOfRange, DoesNotFit, MixedPaymentTiming, NotOnSale, StayInvalid, UnknownRate
from app.rates.models import RatePlan, RateSpan
from app.rates.quote import Quote, RoomWish, quote
from tests import factories
from tests.factories import TypeForTests, in_days

pytestmark = pytest.mark.usefixtures("application")


def asked(hotel_id: UUID, wishes: Sequence[RoomWish], *, start: int = 10, nights: int = 2) -> Quote:
    with reading() as session:
        return quote(session, hotel_id, in_days(start), in_days(start + nights), wishes)


def wish(kind: TypeForTests, adults: int = 1, children: tuple[int, ...] = (), plan: UUID | None = None) -> RoomWish:
    return RoomWish(kind.id, plan or kind.pay_now, adults, children)


def change(model: type[Any], row_id: UUID, **columns: Any) -> None:
    with transaction() as session:
        session.execute(update(model).where(model.id == row_id).values(**columns))


def today_in(time_zone: str) -> date:
    return datetime.now(UTC).astimezone(ZoneInfo(time_zone)).date()


def test_rooms_and_nights_are_summed_in_kobo() -> None:
    hotel = factories.hotel({"Deluxe": 2, "Suite": 1}, price=5_000_000)
    deluxe, suite = hotel.types["Deluxe"], hotel.types["Suite"]
    quoted = asked(hotel.id, [wish(deluxe, 2, (3,)), wish(suite), wish(deluxe)], nights=3)
    assert [room.amount for room in quoted.rooms] == [15_000_000, 30_000_000, 15_000_000]
    assert [night for night, _ in quoted.rooms[0].nights] == [in_days(10), in_days(11), in_days(12)]
    assert (quoted.rooms[0].adults, quoted.rooms[0].children) == (2, (3,))
    assert (quoted.rooms_amount, quoted.charges_amount, quoted.total_amount) == (60_000_000, 0, 60_000_000)
    assert (quoted.currency, quoted.payment_timing, quoted.charges) == ("NGN", "pay_now", ())


def test_terms_are_what_a_booking_keeps() -> None:
    hotel = factories.hotel()
    quoted = asked(hotel.id, [wish(hotel.only)])
    assert quoted.rooms[0].terms == {
        "name": "Flexible",
        "meals": "breakfast",
        "payment_timing": "pay_now",
        "windows": factories.FLEXIBLE,
        "grace_minutes": 0,
        "change_terms": "keep",
        "room_type": "Deluxe",
        "check_in_from": "14:00",
        "time_zone": "Africa/Lagos",
    }


def test_one_statement_whatever_the_rooms_and_nights(count_statements: Callable[[], Any]) -> None:
    hotel = factories.hotel({"Deluxe": 2, "Suite": 1})
    wishes = [wish(hotel.types["Deluxe"]), wish(hotel.types["Deluxe"]), wish(hotel.types["Suite"])]
    with count_statements() as one:
        asked(hotel.id, wishes[:1], nights=1)
    with count_statements() as many:
        asked(hotel.id, wishes, nights=30)
    assert (len(one), len(many)) == (1, 1)


def test_a_changed_price_counts_for_its_nights_alone() -> None:
    hotel = factories.hotel(price=5_000_000)
    split(hotel.only.pay_now, in_days(11), price=7_000_000)
    quoted = asked(hotel.id, [wish(hotel.only)], nights=3)
    assert [kobo for _, kobo in quoted.rooms[0].nights] == [5_000_000, 7_000_000, 5_000_000]


@pytest.mark.parametrize(
    ("rules", "on", "reason"),
    [
        ({"stop_sell": True}, 11, "stop_sell"),
        ({"closed_to_arrival": True}, 10, "closed_to_arrival"),
        ({"closed_to_departure": True}, 12, "closed_to_departure"),
        ({"min_nights": 3}, 10, "min_nights"),
        ({"max_nights": 1}, 10, "max_nights"),
    ],
)
def test_restrictions_are_told_with_their_dates(rules: dict[str, Any], on: int, reason: str) -> None:
    hotel = factories.hotel()
    split(hotel.only.pay_now, in_days(on), **rules)
    with pytest.raises(NotOnSale) as refused:
        asked(hotel.id, [wish(hotel.only), wish(hotel.only)])
    plan_id = hotel.only.pay_now
    assert refused.value.extra["reasons"] == [{"reason": reason, "date": in_days(on), "rate_plan_id": plan_id}]


def test_a_night_without_a_price_is_not_sold() -> None:
    hotel = factories.hotel()
    with transaction() as session:
        session.execute(text("DELETE FROM rate_spans"))
    with pytest.raises(NotOnSale) as refused:
        asked(hotel.id, [wish(hotel.only)])
    assert [(each["reason"], each["date"]) for each in refused.value.extra["reasons"]] == [
        ("no_price", in_days(10)),
        ("no_price", in_days(11)),
    ]


@pytest.mark.parametrize("status", ["draft", "submitted", "paused", "suspended", "closed"])
def test_only_active_hotels_sell(status: str) -> None:
    hotel = factories.hotel(status=status)
    with pytest.raises(NotOnSale) as refused:
        asked(hotel.id, [wish(hotel.only)])
    assert refused.value.extra["reasons"] == [{"reason": "hotel_not_selling"}]


def test_an_unknown_hotel_is_answered_like_one_that_does_not_sell() -> None:
    hotel = factories.hotel()
    with pytest.raises(NotOnSale) as refused:
        asked(new_id(), [wish(hotel.only)])
    assert refused.value.extra["reasons"] == [{"reason": "hotel_not_selling"}]


@pytest.mark.parametrize("time_zone", ["Africa/Lagos", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Europe/Paris"])
def test_case_66_today_is_the_date_on_the_hotels_wall(time_zone: str) -> None:
    hotel = factories.hotel(time_zone=time_zone)
    today = today_in(time_zone)
    with reading() as session:
        sold = quote(session, hotel.id, today, today + timedelta(days=1), [wish(hotel.only)])
        assert sold.hotel.today == today
        with pytest.raises(NotOnSale):
            quote(session, hotel.id, today - timedelta(days=1), today + timedelta(days=1), [wish(hotel.only)])


def test_nights_are_sold_400_days_ahead() -> None:
    hotel = factories.hotel()
    today = today_in("Africa/Lagos")
    with reading() as session:
        last = today + timedelta(days=400)
        assert quote(session, hotel.id, last - timedelta(days=1), last, [wish(hotel.only)]).total_amount == 5_000_000
        with pytest.raises(NotOnSale):
            quote(session, hotel.id, last, last + timedelta(days=1), [wish(hotel.only)])


@pytest.mark.parametrize("nights", [0, -2, 31])
def test_case_65_what_is_no_stay_is_refused(nights: int) -> None:
    hotel = factories.hotel()
    with pytest.raises(StayInvalid):
        asked(hotel.id, [wish(hotel.only)], nights=nights)


def test_a_plan_is_sold_for_its_own_room_type_and_hotel_only() -> None:
    hotel, other = factories.hotel({"Deluxe": 1, "Suite": 1}), factories.hotel()
    deluxe, suite = hotel.types["Deluxe"], hotel.types["Suite"]
    for wrong in (wish(deluxe, plan=suite.pay_now), wish(other.only), wish(deluxe, plan=new_id())):
        with pytest.raises(UnknownRate):
            asked(hotel.id, [wrong])


def test_a_retired_plan_is_unknown() -> None:
    hotel = factories.hotel()
    change(RatePlan, hotel.only.pay_now, retired_at=func.now())
    with pytest.raises(UnknownRate):
        asked(hotel.id, [wish(hotel.only)])


@pytest.mark.parametrize(("adults", "children"), [(4, ()), (1, (1, 2, 3)), (2, (5, 6))])
def test_too_many_people_are_refused(adults: int, children: tuple[int, ...]) -> None:
    hotel = factories.hotel(occupancy=3)
    with pytest.raises(DoesNotFit) as refused:
        asked(hotel.id, [wish(hotel.only, adults, children)])
    assert refused.value.extra["max_occupancy"] == 3


def test_payment_timings_are_not_mixed() -> None:
    hotel = factories.hotel({"Deluxe": 2})
    with pytest.raises(MixedPaymentTiming):
        asked(hotel.id, [wish(hotel.only), wish(hotel.only, plan=hotel.only.pay_at_hotel)])


def test_what_one_online_payment_cannot_carry_is_refused_but_may_be_paid_at_the_hotel() -> None:
    hotel = factories.hotel(price=1_000_000_000)
    with pytest.raises(AmountOutOfRange) as refused:
        asked(hotel.id, [wish(hotel.only)])
    assert refused.value.extra["total_amount"] == 2_000_000_000
    assert asked(hotel.id, [wish(hotel.only, plan=hotel.only.pay_at_hotel)]).total_amount == 2_000_000_000


def split(plan_id: UUID, on: date, **columns: Any) -> None:
    """Gives one day of the plan a span of its own."""
    cut = text(
        "WITH whole AS (DELETE FROM rate_spans WHERE rate_plan_id = :plan AND days @> CAST(:day AS date) RETURNING *)"
        " INSERT INTO rate_spans (rate_plan_id, days, price)"
        " SELECT rate_plan_id, part, price FROM whole, LATERAL (VALUES (daterange(lower(days), :day)), (daterange(:day, :day + 1)),"
        " (daterange(:day + 1, upper(days)))) parts(part)"
    )
    with transaction() as session:
        session.execute(cut, {"plan": plan_id, "day": on})
        one_day = (RateSpan.rate_plan_id == plan_id) & (func.lower(RateSpan.days) == on)
        session.execute(update(RateSpan).where(one_day).values(**columns))


def test_a_hotel_that_was_paused_stops_selling() -> None:
    hotel = factories.hotel()
    assert asked(hotel.id, [wish(hotel.only)]).total_amount == 10_000_000
    change(Hotel, hotel.id, status="paused")
    with pytest.raises(NotOnSale):
        asked(hotel.id, [wish(hotel.only)])
