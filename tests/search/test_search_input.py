"""What is refused, and what is harmless."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from app.core.db import reading
from app.hotels.models import Hotel
from app.search.models import SearchLog
from tests import factories
from tests.api import Api
from tests.factories import in_days
from tests.search.asking import found, search, today


def logged() -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(SearchLog)) or 0


def refused(answer: Any, code: str) -> None:
    """422 with the code, and nothing was logged."""
    assert (answer.status_code, answer.json["code"]) == (422, code), answer.text
    assert logged() == 0


@pytest.mark.parametrize(
    "text",
    [
        "2027-02-30",
        "2027-W01",
        "2027-W01-1",
        "20270101",
        "2027-01-01T00:00:00",
        "tomorrow",
        "infinity",
        "",
        "2027-1-1",
        "10000-01-01",
    ],
)
@pytest.mark.parametrize("name", ["check_in", "check_out"])
def test_case_65_other_spellings_of_dates_are_refused(api: Api, name: str, text: str) -> None:
    refused(search(api, **{name: text}), "validation_error")


@pytest.mark.parametrize(("start", "end"), [(10, 10), (10, 9), (10, 41)])
def test_case_65_what_is_no_stay_is_refused(api: Api, start: int, end: int) -> None:
    factories.hotel()
    refused(search(api, check_in=in_days(start), check_out=in_days(end)), "invalid_stay")


def test_case_65_year_9999_is_refused(api: Api) -> None:
    factories.hotel()
    refused(search(api, check_in="9999-12-30", check_out="9999-12-31"), "not_on_sale")
    refused(search(api, check_out="9999-12-31"), "invalid_stay")


def test_case_65_past_stays_are_refused(api: Api) -> None:
    factories.hotel()
    refused(search(api, check_in=today() - timedelta(days=1), check_out=today() + timedelta(days=1)), "not_on_sale")


def test_stays_are_sold_400_days_ahead(api: Api) -> None:
    factories.hotel(name="Near")
    end = today() + timedelta(days=400)
    assert found(search(api, check_in=end - timedelta(days=2), check_out=end)) == ["Near"]
    beyond = search(api, check_in=end - timedelta(days=1), check_out=end + timedelta(days=1))
    assert (beyond.status_code, beyond.json["code"]) == (422, "not_on_sale")


@pytest.mark.parametrize("time_zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "Africa/Lagos", "Europe/Paris"])
def test_case_66_each_hotel_sells_from_its_own_today(api: Api, time_zone: str) -> None:
    factories.hotel(name="There", time_zone=time_zone)
    first = today(time_zone)
    assert found(search(api, check_in=first, check_out=first + timedelta(days=1))) == ["There"]
    before = search(api, check_in=first - timedelta(days=1), check_out=first)
    assert before.status_code == 422 or found(before) == []


def test_no_hotels_are_no_error_when_the_dates_are_sold(api: Api) -> None:
    assert found(search(api, check_in=today(), check_out=today() + timedelta(days=1))) == []


@pytest.mark.parametrize(
    "query",
    [
        {"lat": 91},
        {"lat": -90.01},
        {"lon": 181},
        {"lon": "-180.5"},
        {"lat": "NaN"},
        {"lon": "inf"},
        {"lat": "six"},
        {"lat": ""},
        {"radius_km": 0},
        {"radius_km": -1},
        {"radius_km": 1e9},
        {"radius_km": 50.001},
        {"radius_km": "NaN"},
    ],
)
def test_case_67_points_off_the_globe_and_senseless_circles_are_refused(api: Api, query: dict[str, Any]) -> None:
    refused(search(api, **query), "validation_error")


@pytest.mark.parametrize(
    "query",
    [
        {"lat": 90},
        {"lat": -90},
        {"lat": 85},
        {"lon": 180},
        {"lon": -180},
        {"lon": 179.95},
        {"lat": 84.9, "radius_km": 50},
    ],
)
def test_case_67_circles_over_a_pole_or_the_180th_meridian_are_refused(api: Api, query: dict[str, Any]) -> None:
    refused(search(api, **query), "outside_map")


@pytest.mark.parametrize("at", [(84.0, 20.0), (-84.0, -100.0), (64.1, -21.9), (-16.5, 179.2), (0.0, 0.0)])
def test_case_67_far_places_find_the_right_rows(api: Api, at: tuple[float, float]) -> None:
    """A hotel 49 km to the north and one to the east are inside a circle of 50 km, whatever the map makes of it."""
    factories.hotel(name="North", at=(at[0] + 49 / 111.7, at[1]))
    factories.hotel(name="Too far", at=(at[0] - 52 / 110.5, at[1]))
    assert found(search(api, lat=at[0], lon=at[1], radius_km=50)) == ["North"]


def test_case_67_swapped_coordinates_find_what_is_there(api: Api) -> None:
    factories.hotel()
    assert found(search(api, lat=3.4219, lon=6.4281)) == []


@pytest.mark.parametrize(
    "query",
    [
        {"page": -1},
        {"page": 0},
        {"page": 51},
        {"page": "1e9"},
        {"page": 10**18},
        {"limit": 10**9},
        {"sort": "name"},
        {"sort": "distance; DROP TABLE hotels"},
        {"stars": "4; drop"},
        {"stars": "0"},
        {"stars": "6"},
        {"stars": ","},
        {"adults": 0},
        {"adults": "2 OR 1=1"},
        {"adults": 10**9},
        {"children": -1},
        {"rooms": 0},
        {"rooms": 10},
        {"min_price": -1},
        {"max_price": "0.5"},
        {"free_cancellation": "maybe"},
        {"q": "'; drop table hotels; --"},
    ],
)
def test_case_69_senseless_and_hostile_queries_are_refused(api: Api, query: dict[str, Any]) -> None:
    factories.hotel()
    refused(search(api, **query), "validation_error")
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Hotel)) == 1


@pytest.mark.parametrize("missing", ["lat", "lon", "check_in", "check_out"])
def test_what_is_missing_is_named(api: Api, missing: str) -> None:
    query = {"lat": 6.4281, "lon": 3.4219, "check_in": in_days(10), "check_out": in_days(12)}
    del query[missing]
    answer = api.get("/hotels/search", **query)
    refused(answer, "validation_error")
    problem: Any = answer.json
    assert list(problem["errors"]["query"]) == [missing]
