"""What giving a booking up costs, in kobo: by hand, and by property."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.bookings import penalty
from app.bookings.penalty import Bought
from app.rates import policy

CHECK_IN = date(2027, 3, 10)
ARRIVAL = datetime(2027, 3, 10, 13, tzinfo=UTC)
BOOKED = datetime(2027, 1, 1, 12, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def window(hours: int | None, kind: str, value: int = 0) -> dict[str, Any]:
    return {"until_hours_before": hours, "penalty": kind, "value": value}


def terms(*windows: dict[str, Any], grace: int = 0, zone: str = "Africa/Lagos") -> dict[str, Any]:
    return {"windows": list(windows), "grace_minutes": grace, "check_in_from": "14:00", "time_zone": zone}


def sold(*rooms: tuple[dict[str, Any], Sequence[int]], charges: int = 0, least: int = 0) -> Bought:
    return Bought(CHECK_IN, BOOKED, rooms, charges, least)


STEPS = terms(window(168, "none"), window(72, "amount", 700_000), window(24, "nights", 1), window(None, "percent", 100))
NIGHTS = (1_000_000, 2_000_000, 3_000_001)


@pytest.mark.parametrize(
    ("before", "cost"),
    [(8 * DAY, 0), (7 * DAY, 700_000), (3 * DAY, 1_000_000), (DAY, 6_000_001), (-DAY, 6_000_001)],
)
def test_each_window_costs_what_it_says_from_its_first_instant_on(before: timedelta, cost: int) -> None:
    assert penalty.cost(sold((STEPS, NIGHTS)), ARRIVAL - before) == cost


@pytest.mark.parametrize(
    ("rule", "cost"),
    [
        (window(None, "nights", 2), 3_000_000),
        (window(None, "nights", 9), 6_000_001),
        (window(None, "amount", 9_000_000), 6_000_001),
        (window(None, "percent", 50), 3_000_001),  # half a kobo is rounded up, once for all nights
        (window(None, "percent", 0), 0),
    ],
)
def test_a_penalty_is_rounded_once_and_never_above_the_rooms_price(rule: dict[str, Any], cost: int) -> None:
    assert penalty.cost(sold((terms(rule), NIGHTS)), ARRIVAL) == cost


def test_what_no_window_covers_is_kept_whole() -> None:
    assert penalty.cost(sold((terms(), NIGHTS)), BOOKED) == 6_000_001
    assert penalty.cost(sold((terms(window(48, "none")), NIGHTS)), ARRIVAL - DAY) == 6_000_001


def test_charges_follow_the_rooms_in_one_share() -> None:
    half, free = terms(window(None, "percent", 50)), terms(window(None, "none"))
    both = sold((half, [1_000_000]), (free, [2_000_000]), charges=75_001)
    assert penalty.cost(both, ARRIVAL) == 500_000 + 12_500  # a sixth of 75,001 is 12,500.17
    assert penalty.cost(sold((terms(), [1_000_000]), charges=75_001), ARRIVAL) == 1_075_001


def test_grace_goes_before_every_window_and_ends_at_its_instant() -> None:
    strict = terms(window(None, "percent", 100), grace=60)
    what = sold((strict, NIGHTS))
    last = BOOKED + HOUR - timedelta(microseconds=1)
    assert [penalty.cost(what, at) for at in (BOOKED, last, BOOKED + HOUR)] == [0, 0, 6_000_001]
    assert [penalty.is_in_grace(what, at) for at in (last, BOOKED + HOUR)] == [True, False]
    shown = policy.windows_of(strict, CHECK_IN, BOOKED)
    assert [(one.starts_at, one.ends_at, one.penalty) for one in shown] == [
        (None, BOOKED + HOUR, "none"),
        (BOOKED + HOUR, None, "percent"),
    ]
    assert policy.free_together([strict], CHECK_IN, BOOKED, BOOKED) == BOOKED + HOUR


def test_grace_inside_a_free_window_changes_nothing_and_ends_with_arrival() -> None:
    free = terms(window(48, "none"), window(None, "nights", 1), grace=60)
    assert policy.windows_of(free, CHECK_IN, BOOKED) == policy.dated_windows(free["windows"], ARRIVAL)
    strict = terms(window(None, "percent", 100), grace=1440)
    assert policy.grace_end(strict, CHECK_IN, ARRIVAL - HOUR) == ARRIVAL
    assert policy.grace_end(strict, CHECK_IN, ARRIVAL) is None
    assert policy.grace_end(terms(), CHECK_IN, BOOKED) is None


@pytest.mark.parametrize(
    ("zone", "check_in", "arrival"),
    [
        ("Africa/Lagos", date(2027, 3, 29), datetime(2027, 3, 29, 13, tzinfo=UTC)),
        ("Europe/Paris", date(2027, 3, 27), datetime(2027, 3, 27, 13, tzinfo=UTC)),
        ("Europe/Paris", date(2027, 3, 28), datetime(2027, 3, 28, 12, tzinfo=UTC)),
        ("Pacific/Kiritimati", date(2027, 3, 29), datetime(2027, 3, 29, 0, tzinfo=UTC)),
        ("America/New_York", date(2027, 11, 7), datetime(2027, 11, 7, 19, tzinfo=UTC)),
    ],
)
def test_case_66_deadlines_are_instants_of_the_hotels_wall(zone: str, check_in: date, arrival: datetime) -> None:
    rules = terms(window(24, "none"), window(None, "percent", 100), zone=zone)
    what = Bought(check_in, BOOKED, [(rules, [1_000])], 0)
    assert penalty.cost(what, arrival - DAY - timedelta(microseconds=1)) == 0
    assert penalty.cost(what, arrival - DAY) == 1_000


def test_case_66_a_time_that_a_wall_skips_or_has_twice_is_one_instant() -> None:
    """Clocks in Paris leave out 02:30 on 2027-03-28, and show it twice on 2027-10-31: the first of the two counts."""
    assert policy.arrival_instant(date(2027, 3, 28), time(2, 30), "Europe/Paris") == datetime(
        2027, 3, 28, 1, 30, tzinfo=UTC
    )
    assert policy.arrival_instant(date(2027, 10, 31), time(2, 30), "Europe/Paris") == datetime(
        2027, 10, 31, 0, 30, tzinfo=UTC
    )


amounts = st.lists(st.integers(1, 10**9), min_size=1, max_size=10)
values = st.one_of(
    st.tuples(st.just("none"), st.just(0)),
    st.tuples(st.just("nights"), st.integers(0, 12)),
    st.tuples(st.just("percent"), st.integers(0, 100)),
    st.tuples(st.just("amount"), st.integers(0, 10**10)),
)


@st.composite
def policies(draw: st.DrawFn) -> dict[str, Any]:
    hours = sorted(draw(st.sets(st.integers(0, 2_000), max_size=4)), reverse=True)
    ends = [*hours, None] if draw(st.booleans()) else hours
    rules = [window(end, *draw(values)) for end in ends]
    return terms(*rules, grace=draw(st.sampled_from([0, 30, 1440])))


@st.composite
def rising(draw: st.DrawFn) -> dict[str, Any]:
    """Windows of one kind that cost more and more, up to all."""
    hours = sorted(draw(st.sets(st.integers(0, 2_000), max_size=4)), reverse=True)
    kind, most = draw(st.sampled_from([("percent", 100), ("amount", 10**10), ("nights", 12)]))
    steps = sorted(draw(st.lists(st.integers(0, most), min_size=len(hours) + 1, max_size=len(hours) + 1)))
    rules = [window(end, kind, step) for end, step in zip([*hours, None], steps, strict=True)]
    return terms(*rules)


@st.composite
def bookings(draw: st.DrawFn, rules: st.SearchStrategy[dict[str, Any]]) -> Bought:
    rooms = draw(st.lists(st.tuples(rules, amounts), min_size=1, max_size=3))
    charges = draw(st.integers(0, 10**9))
    what = Bought(CHECK_IN, BOOKED, rooms, charges)
    return Bought(CHECK_IN, BOOKED, rooms, charges, draw(st.integers(0, 2 * what.total_amount)))


instants = st.integers(-3_000, 48).map(lambda hours: ARRIVAL + hours * HOUR)


@given(bookings(policies()), instants)
def test_a_penalty_lies_between_nothing_and_the_total(what: Bought, at: datetime) -> None:
    cost = penalty.cost(what, at)
    assert isinstance(cost, int)
    assert 0 <= cost <= what.total_amount
    assert cost + (what.total_amount - cost) == what.total_amount


@given(bookings(rising()), instants, instants)
def test_waiting_never_makes_it_cheaper_where_the_windows_rise(what: Bought, one: datetime, other: datetime) -> None:
    assert penalty.cost(what, min(one, other)) <= penalty.cost(what, max(one, other))


@given(bookings(policies()), bookings(policies()), instants, instants)
def test_no_change_makes_cancelling_cheaper(old: Bought, new: Bought, at: datetime, later: datetime) -> None:
    """What a change keeps, and what cancelling then costs, is together what cancelling had cost, or all that is left."""
    kept, least = penalty.forfeited(old, new, at), penalty.least_after(old, new, at)
    after = Bought(new.check_in, new.booked_at, new.rooms, new.charges_amount, least)
    assert 0 <= kept <= max(0, old.total_amount - new.total_amount)
    assert 0 <= least <= new.total_amount
    assert kept + penalty.cost(after, max(at, later)) >= min(penalty.cost(old, at), kept + new.total_amount)


@given(st.integers(0, 10**12), st.integers(0, 10**6), st.integers(1, 10**6))
def test_a_share_is_rounded_once_half_up(amount: int, part: int, whole: int) -> None:
    part = min(part, whole)
    got = policy.share(amount, part, whole)
    assert abs(got * whole - amount * part) * 2 <= whole
    assert 0 <= got <= amount
