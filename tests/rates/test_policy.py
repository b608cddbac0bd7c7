"""When cancelling costs what, by the hotel's wall clock."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from app.rates.policy import DatedWindow, arrival_instant, arrival_of, dated_windows, free_together, free_until

STEPS: list[dict[str, Any]] = [
    {"until_hours_before": 72, "penalty": "none", "value": 0},
    {"until_hours_before": 24, "penalty": "percent", "value": 50},
    {"until_hours_before": None, "penalty": "percent", "value": 100},
]
ARRIVAL = datetime(2027, 3, 10, 13, tzinfo=UTC)


def test_arrival_is_an_instant_of_the_hotels_time_zone() -> None:
    assert arrival_instant(date(2027, 3, 10), time(14), "Africa/Lagos") == ARRIVAL


def test_arrival_from_a_bookings_snapshot() -> None:
    assert arrival_of({"check_in_from": "14:00", "time_zone": "Africa/Lagos"}, date(2027, 3, 10)) == ARRIVAL


def test_case_66_summer_time_moves_arrival_but_48_hours_stay_48_hours() -> None:
    """Clocks in Paris go forward on 2027-03-28: 48 hours before noon of the 29th it is 11 o'clock there, not noon."""
    arrival = arrival_instant(date(2027, 3, 29), time(12), "Europe/Paris")
    assert arrival == datetime(2027, 3, 29, 10, tzinfo=UTC)
    two_days = [{"until_hours_before": 48, "penalty": "none", "value": 0}]
    assert free_until(two_days, arrival) == datetime(2027, 3, 27, 10, tzinfo=UTC)


def test_windows_follow_each_other_without_gaps() -> None:
    free, half = datetime(2027, 3, 7, 13, tzinfo=UTC), datetime(2027, 3, 9, 13, tzinfo=UTC)
    assert dated_windows(STEPS, ARRIVAL) == (
        DatedWindow(None, free, "none", 0),
        DatedWindow(free, half, "percent", 50),
        DatedWindow(half, None, "percent", 100),
    )


def test_free_until_is_the_end_of_a_free_first_window() -> None:
    assert free_until(STEPS, ARRIVAL) == datetime(2027, 3, 7, 13, tzinfo=UTC)


def test_nothing_is_free_when_the_first_window_costs() -> None:
    assert free_until(STEPS[1:], ARRIVAL) is None
    assert free_until([], ARRIVAL) is None


def test_an_open_free_window_ends_with_arrival() -> None:
    assert free_until([{"until_hours_before": None, "penalty": "none", "value": 0}], ARRIVAL) == ARRIVAL


def test_a_booking_is_free_to_cancel_until_the_first_of_its_rooms_is_not() -> None:
    two_days, one_day = (
        {
            "windows": [{"until_hours_before": hours, "penalty": "none", "value": 0}],
            "check_in_from": "14:00",
            "time_zone": "UTC",
        }
        for hours in (48, 24)
    )
    never = two_days | {"windows": [{"until_hours_before": None, "penalty": "percent", "value": 100}]}
    arrival, ends = date(2027, 3, 10), datetime(2027, 3, 8, 14, tzinfo=UTC)
    long_ago = ends - timedelta(days=60)
    assert free_together([one_day, two_days], arrival, ends - timedelta(seconds=1), long_ago) == ends
    assert free_together([one_day, two_days], arrival, ends, long_ago) is None
    assert free_together([one_day, never], arrival, ends - timedelta(days=30), long_ago) is None
