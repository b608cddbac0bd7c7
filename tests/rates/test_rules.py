"""The rule engine alone: what stands above what, where runs begin and end, and that it agrees with a plain look at each day."""

from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.dialects.postgresql import Range

from app.rates import edits, rules
from app.rates.edits import Edit, PriceChange
from app.rates.pricing import Span
from app.rates.rules import NOTHING, PlanRules, Said, Season, Source
from app.rates.schemas import RatePlanChanges
from tests.rates import drawn, naive

MONDAY = date(2027, 3, 1)
BASE = rules.base(100)


def day(number: int) -> date:
    return MONDAY + timedelta(days=number)


def priced(**changes: Any) -> PlanRules:
    """A plan at 100, at 120 on Saturdays; a season of two weeks at 200, at 300 on its Saturdays."""
    said = BASE.said._replace(**{name: changes.pop(name) for name in list(changes) if name in Said._fields})
    saturdays = (None,) * 5
    season = Season("Carnival", day(7), day(21), Said(price=200), (*saturdays, 300, None))
    return PlanRules(**{"said": said, "weekday_prices": (*saturdays, 120, None), "seasons": (season,)} | changes)


def found(plan: PlanRules, number: int) -> tuple[int | None, Source]:
    run = rules.on(plan, day(number))
    return run.said.price, run.sources[0]


def test_the_first_that_is_said_is_the_price_day_seasons_weekday_season_weekday_base() -> None:
    plan = priced(days={day(12): Said(price=1), day(5): Said(price=2), day(8): Said(min_nights=2)})
    assert found(plan, 12) == (1, Source.DAY)
    assert found(plan, 19) == (300, Source.SEASON_WEEKDAY)
    assert found(plan, 9) == (200, Source.SEASON)
    assert found(plan, 26) == (120, Source.WEEKDAY)
    assert found(plan, 22) == (100, Source.BASE)
    assert found(plan, 5) == (2, Source.DAY)
    assert found(plan, 8) == (200, Source.SEASON)


def test_a_season_that_says_no_price_leaves_it_to_the_plan() -> None:
    plan = priced(seasons=(Season("Quiet", day(0), day(14), Said(min_nights=3)),))
    assert (found(plan, 5), found(plan, 4)) == ((120, Source.WEEKDAY), (100, Source.BASE))
    assert rules.on(plan, day(4)).said.min_nights == 3


def test_restrictions_day_season_plan_and_false_is_a_word_too() -> None:
    season = Season("Carnival", day(7), day(21), Said(stop_sell=True, min_nights=4))
    plan = priced(seasons=(season,), days={day(8): Said(stop_sell=False), day(9): Said(max_nights=5)}, max_nights=20)
    runs = {number: rules.on(plan, day(number)) for number in (6, 7, 8, 9)}
    assert [runs[number].said.stop_sell for number in (6, 7, 8)] == [False, True, False]
    assert [runs[number].sources[1] for number in (6, 7, 8)] == [Source.PLAN, Source.SEASON, Source.DAY]
    assert [runs[number].said.min_nights for number in (6, 7, 8)] == [1, 4, 4]
    assert [runs[number].said.max_nights for number in (7, 9)] == [20, 5]


def test_a_closed_plan_is_sold_on_no_day_whatever_a_day_says() -> None:
    run = rules.on(priced(is_open=False, days={day(3): Said(stop_sell=False)}), day(3))
    assert (run.said.stop_sell, run.sources[1]) == (True, Source.CLOSED)


def test_a_plan_of_one_price_is_one_run() -> None:
    assert rules.spans(BASE, day(0), day(400)) == (Span(day(0), day(400), 100),)


def test_runs_are_as_few_as_can_be_by_value_and_for_people_by_source_too() -> None:
    plan = PlanRules(BASE.said, days={day(2): Said(price=100), day(4): Said(price=90)})
    assert [(span.first, span.end, span.price) for span in rules.spans(plan, day(0), day(9))] == [
        (day(0), day(4), 100),
        (day(4), day(5), 90),
        (day(5), day(9), 100),
    ]
    assert [run.sources[0] for run in rules.runs(plan, day(0), day(9))] == ["base", "day", "base", "day", "base"]


def test_what_lies_outside_the_days_asked_for_cuts_nothing() -> None:
    plan = priced(weekday_prices=(), days={day(-3): Said(price=1), day(40): Said(price=1)})
    assert [span.first for span in rules.spans(plan, day(0), day(7))] == [day(0)]


@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_the_engine_says_what_a_plain_look_at_each_day_says(data: st.DataObject) -> None:
    told, days = data.draw(drawn.plans(MONDAY)), data.draw(drawn.own_days(MONDAY))
    plan, end = rules_of(told, days), day(drawn.HORIZON + 9)
    spans = rules.spans(plan, MONDAY, end)
    assert [span.first for span in spans] == [MONDAY, *(span.end for span in spans[:-1])]
    assert spans[-1].end == end
    for one in naive.days_between(MONDAY, end):
        (span,) = [span for span in spans if span.covers(one)]
        expected = naive.holds(told, days, one)
        assert {name: getattr(span, name) for name in naive.NAMES} == expected
        assert rules.on(plan, one).said._asdict() == expected
    alike = [one for one, other in pairwise(spans) if _values(one) == _values(other)]
    assert alike == []


def rules_of(told: dict[str, Any], days: dict[date, dict[str, Any]]) -> PlanRules:
    """What the API would make of the bodies."""
    loaded = RatePlanChanges().load(told)
    seasons = tuple(_season(columns) for columns in loaded["seasons"])
    return PlanRules(
        said=Said(**{name: loaded[name] for name in Said._fields}),
        weekday_prices=tuple(loaded["weekday_prices"] or ()),
        seasons=seasons,
        days={one: Said(**said) for one, said in days.items()},
        is_open=loaded["is_open"],
    )


def _season(columns: dict[str, Any]) -> Season:
    days: Range[date] = columns["days"]
    said = Said(**{name: columns[name] for name in Said._fields})
    return Season(columns["name"], days.lower, days.upper, said, tuple(columns["weekday_prices"] or ()))


def _values(span: Span) -> tuple[Any, ...]:
    return tuple(getattr(span, name) for name in naive.NAMES)


def test_an_edit_sets_and_takes_back_and_leaves_what_it_does_not_name() -> None:
    plan = PlanRules(BASE.said, days={day(1): Said(price=50, min_nights=2), day(2): Said(price=60)})
    edit = Edit(day(1), day(3), told={"price": None, "stop_sell": True})
    after = edits.days_after(edit, plan)
    assert after == {
        day(1): Said(stop_sell=True, min_nights=2),
        day(2): Said(stop_sell=True),
        day(3): Said(stop_sell=True),
    }
    assert edits.days_after(Edit(day(2), day(3), told={"price": None}), plan) == {day(2): NOTHING}


def test_an_edit_keeps_to_its_weekdays() -> None:
    edit = Edit(day(0), day(13), frozenset({5, 6}), {"price": 70})
    assert sorted(edits.days_after(edit, BASE)) == [day(5), day(6), day(12), day(13)]


def test_a_change_starts_from_what_stands_and_is_rounded_half_up() -> None:
    plan = PlanRules(BASE.said, days={day(1): Said(price=55)})
    up = edits.days_after(Edit(day(0), day(1), change=PriceChange(percent=10)), plan)
    assert [said.price for said in up.values()] == [110, 61]  # 60.5
    down = edits.days_after(Edit(day(0), day(1), change=PriceChange(amount=-60)), plan)
    assert [said.price for said in down.values()] == [40, -5]
    assert edits.days_after(Edit(day(0), day(0), change=PriceChange(percent=-50)), rules.base(1))[day(0)].price == 1


def test_a_record_tells_runs_of_equal_days() -> None:
    days = {day(number): Said(price=7) for number in (1, 2, 3, 5)} | {day(4): NOTHING}
    assert edits.summary(days) == [
        {"from": "2027-03-02", "to": "2027-03-04", "price": 7},
        {"from": "2027-03-05", "to": "2027-03-05"},
        {"from": "2027-03-06", "to": "2027-03-06", "price": 7},
    ]
