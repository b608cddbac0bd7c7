"""The hotels that the search bench loads, and the script it plays."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from app.config import settings
from app.core.db import reading
from app.search import queries
from bench import search_data, search_sql
from bench.pgbench import pgbench
from bench.search_questions import FAR, FULL_FROM, WORST, Question, in_days

pytestmark = pytest.mark.usefixtures("application")

HOTELS = 60
RULES = """
    SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid), convalidated FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
    UNION ALL
    SELECT tablename, indexname, indexdef, true FROM pg_indexes WHERE schemaname = 'public'
    ORDER BY 1, 2, 3
"""
FREE = """
    SELECT count(*) FROM rooms WHERE NOT EXISTS (
        SELECT FROM allocations taken WHERE taken.room_id = rooms.id AND taken.stay && daterange(:first, :last))
"""


def rows(statement: str, **bound: object) -> list[tuple[object, ...]]:
    with reading() as session:
        return [tuple(row) for row in session.execute(text(statement), bound)]


def test_every_constraint_and_index_is_back_and_loads_follow_each_other() -> None:
    before = rows(RULES)
    search_data.load(settings().database_url, 1, HOTELS // 2)
    search_data.load(settings().database_url, HOTELS // 2 + 1, HOTELS)
    assert rows(RULES) == before
    assert rows("SELECT count(*), count(*) FILTER (WHERE status = 'active') FROM hotels") == [(HOTELS, HOTELS)]
    assert rows("SELECT count(*) FROM rooms") == [(HOTELS * search_data.ROOMS_A_HOTEL,)]
    assert rows("SELECT count(*) FROM allocations") == [
        (HOTELS * search_data.ROOMS_A_HOTEL * search_data.ALLOCATIONS_A_ROOM,)
    ]
    full, last = in_days(FULL_FROM), in_days(FULL_FROM + 7)
    assert rows(FREE, first=full, last=last) == [(0,)]
    assert rows(FREE, first=last, last=last + timedelta(days=1)) == [(HOTELS * search_data.ROOMS_A_HOTEL,)]


@pytest.mark.parametrize("question", [FAR, *WORST.values()], ids=lambda question: question.name)
def test_pgbench_plays_the_very_statement_of_the_search(question: Question, tmp_path: Path) -> None:
    script = search_sql.write_script(question.criteria, tmp_path / "search.sql")
    drawn, _, statement = script.read_text().partition("WITH near")
    uncast = search_sql.CAST.sub(r":\1", f"WITH near{statement}")
    assert uncast == f"{queries.statement(question.criteria)};\n"
    assert drawn.count("\\set") == 5
    played = pgbench(
        settings().database_url, script, clients=1, seconds=1, variables=search_sql.variables(question.criteria)
    )
    assert (played.failed, played.per_second > 0) == (0, True)


def test_points_are_drawn_alike() -> None:
    points = list(search_sql.random_points(1000))
    assert points == list(search_sql.random_points(1000))
    lagos = [north for north, east in points if abs(north - 6.52) < 0.35 and abs(east - 3.40) < 0.35]
    assert 500 < len(lagos) < 700
