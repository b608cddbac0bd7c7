"""That the nearest-neighbour form finds exactly what a plain look at every hotel finds, and by which plan it does."""

import random
import re
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import orjson
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.core.db import asking, reading, transaction
from app.rates.pricing import MOST_NIGHTS
from app.search import queries
from app.search.criteria import Criteria, Sort
from tests.factories import in_days

pytestmark = pytest.mark.usefixtures("application")

HOTELS = 4000
POINTS = 500
# Two thirds around Lagos, dense; the rest all over the country. Every fifth hotel is full, every ninth not active.
WORLD = (
    """
    INSERT INTO hotels (id, slug, name, status, stars, address, city, state, location, email, max_occupancy)
    SELECT gen_random_uuid(), 'h-' || n, 'H ' || n, CASE WHEN n % 9 = 0 THEN 'paused' ELSE 'active' END, 1 + n % 5, 'x', 'Lagos', 'Lagos',
           ST_MakePoint(CASE WHEN n % 3 = 0 THEN 2.8 + random() * 11 ELSE 3.4 + (random() - 0.5) * 0.4 END,
                        CASE WHEN n % 3 = 0 THEN 4.3 + random() * 9 ELSE 6.5 + (random() - 0.5) * 0.4 END)::geography,
           'h' || n || '@hotel.example', 2
    FROM generate_series(1, :hotels) n
    """,
    """
    INSERT INTO room_types (id, hotel_id, name, base_occupancy, max_adults, max_children, max_occupancy)
    SELECT gen_random_uuid(), id, 'Standard', 1, 2, 1, 2 FROM hotels
    """,
    """
    INSERT INTO rooms (id, hotel_id, room_type_id, number)
    SELECT gen_random_uuid(), hotel_id, id, '1' FROM room_types
    """,
    """
    INSERT INTO rate_plans (id, hotel_id, room_type_id, name, meals, payment_timing, price, windows)
    SELECT gen_random_uuid(), hotel_id, id, 'Flexible', 'room_only', 'pay_now', 1000000, '[]' FROM room_types
    """,
    """
    INSERT INTO rate_spans (rate_plan_id, days, price)
    SELECT id, daterange(current_date - 2, current_date + 400), price FROM rate_plans
    """,
    "ANALYZE hotels, rooms",
    """
    INSERT INTO allocations (id, room_id, hotel_id, stay, block_reason)
    SELECT gen_random_uuid(), room.id, room.hotel_id, daterange(current_date + 5, current_date + 50), 'other'
    FROM rooms room JOIN hotels hotel ON hotel.id = room.hotel_id
    WHERE substr(hotel.slug, 3)::int % 5 = 0
    """,
)
BRUTE_FORCE = text("""
    SELECT hotel.id
    FROM hotels hotel
    CROSS JOIN LATERAL (SELECT ST_Distance(hotel.location, ST_MakePoint(:longitude, :latitude)::geography) AS metres) away
    WHERE hotel.status = 'active' AND away.metres <= :radius AND substr(hotel.slug, 3)::int % 5 <> 0
    ORDER BY away.metres, hotel.id
    OFFSET :first LIMIT 20
""")


@pytest.fixture
def world(application: Any) -> None:
    with transaction() as session:
        session.execute(text("SELECT setseed(0.2026)"))
        for statement in WORLD:
            session.execute(text(statement), {"hotels": HOTELS} if ":hotels" in statement else {})
    with reading() as session:
        session.execute(text("ANALYZE"))


def asked(latitude: float, longitude: float, radius_km: float, page: int = 1) -> Criteria:
    stay: dict[str, Any] = {"check_in": in_days(10), "check_out": in_days(12)}
    return Criteria(
        latitude=latitude, longitude=longitude, radius_km=radius_km, adults=2, children=0, rooms=1, page=page, **stay
    )


def near_lagos(rng: random.Random) -> tuple[float, float]:
    return 6.5 + rng.uniform(-0.25, 0.25), 3.4 + rng.uniform(-0.25, 0.25)


def anywhere(rng: random.Random) -> tuple[float, float]:
    return rng.uniform(4.3, 13.3), rng.uniform(2.8, 13.8)


def by_index(criteria: Criteria) -> list[UUID]:
    with asking() as connection:
        body = orjson.loads(queries.find_hotels(connection, criteria).body)
    return [UUID(item["hotel"]["id"]) for item in body["items"]]


def by_brute_force(session: Session, criteria: Criteria) -> list[UUID]:
    bound = {"latitude": criteria.latitude, "longitude": criteria.longitude, "radius": criteria.circle.radius}
    return list(session.scalars(BRUTE_FORCE, bound | {"first": (criteria.page - 1) * 20}))


def test_500_random_points_find_the_same_hotels_in_the_same_order(world: None) -> None:
    rng = random.Random(20261122)
    wrong, hits = [], 0
    with reading() as session:
        for number in range(POINTS):
            place = anywhere(rng) if number % 3 == 0 else near_lagos(rng)
            criteria = asked(*place, rng.choice([2, 5, 10, 25, 50]))
            exact = by_brute_force(session, criteria)
            hits += len(exact)
            if by_index(criteria) != exact:
                wrong.append(criteria)
    assert wrong == []
    assert hits > 5000


@pytest.mark.parametrize("page", [2, 10, 50])
def test_later_pages_are_as_exact_as_the_first(world: None, page: int) -> None:
    rng = random.Random(page)
    with reading() as session:
        for _ in range(4):
            criteria = asked(*near_lagos(rng), 50, page)
            exact = by_brute_force(session, criteria)
            assert len(exact) == 20
            assert by_index(criteria) == exact


@pytest.mark.parametrize("plan_cache_mode", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize("radius_km", [5, 50])
def test_the_nearest_neighbour_index_on_the_map_drives_the_search(
    world: None, radius_km: float, plan_cache_mode: str
) -> None:
    """Whether PostgreSQL plans for what is bound or, as it soon does for a prepared statement, once for all."""
    scan, plan = hotels_scan(asked(6.5, 3.4, radius_km), plan_cache_mode)
    assert (scan["Node Type"], scan["Index Name"]) == ("Index Scan", "ix_hotels_mercator_active")
    assert "mercator <->" in scan["Order By"]
    assert "mercator &&" in scan["Index Cond"]
    assert scan["Actual Rows"] <= 60
    whole = {node["Relation Name"] for node in nodes(plan) if node["Node Type"] == "Seq Scan"}
    assert whole <= {"charges"}  # of which there are none here


@pytest.mark.parametrize("plan_cache_mode", ["force_custom_plan", "force_generic_plan"])
def test_no_more_hotels_than_the_bound_are_read_when_nothing_is_free(
    world: None, plan_cache_mode: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction() as session:
        session.execute(text("UPDATE rate_spans SET stop_sell = true"))
    monkeypatch.setattr(queries, "ASKED", 100)
    for sort in Sort:
        scan, _ = hotels_scan(replace(asked(6.5, 3.4, 50), sort=sort), plan_cache_mode)
        assert (scan["Index Name"], scan["Actual Rows"]) == ("ix_hotels_mercator_active", 100)


def hotels_scan(criteria: Criteria, plan_cache_mode: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """How the hotels are read, and the whole plan, of the statement prepared as the driver prepares it."""
    bound = queries.parameters(criteria)
    names = [name for name in bound if f":{name}" in queries.statement(criteria)]
    types = {int: "int", float: "float8", date: "date", str: "jsonb"}
    numbered = queries.statement(criteria)
    for number, name in enumerate(names, start=1):
        numbered = re.sub(rf"(?<!:):{name}\b", f"${number}", numbered)
    prepare = f"PREPARE asked ({', '.join(types[type(bound[name])] for name in names)}) AS {numbered}"
    given = ", ".join(f"'{bound[name]}'" for name in names)
    with transaction() as session:
        connection = session.connection()
        connection.exec_driver_sql(f"SET LOCAL plan_cache_mode = {plan_cache_mode}")
        connection.exec_driver_sql(prepare)
        (plan,) = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE asked ({given})").scalar_one()
        connection.exec_driver_sql("DEALLOCATE asked")
    (scan,) = [node for node in nodes(plan["Plan"]) if node.get("Relation Name") == "hotels"]
    return scan, plan["Plan"]


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    """The plan's nodes, outermost first."""
    return [plan, *(node for part in plan.get("Plans", []) for node in nodes(part))]


def test_the_longest_stay_asks_no_more_statements_than_the_shortest(world: None, count_statements: Any) -> None:
    stay: dict[str, Any] = {"check_in": in_days(60), "check_out": in_days(60 + MOST_NIGHTS)}
    criteria = Criteria(latitude=6.5, longitude=3.4, radius_km=50, adults=2, children=0, rooms=1, **stay)
    with count_statements() as statements, asking() as connection:
        assert queries.find_hotels(connection, criteria).count == 20
    assert len(statements) == 1
