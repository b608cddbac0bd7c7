"""The hotels that the calendar bench loads, and the pages it asks for."""

from pathlib import Path

import orjson
import pytest

from app.core import db
from app.inventory import board_queries
from bench import calendar
from bench.booking_world import id_of
from bench.calendar_pages import PAGES
from bench.pgbench import pgbench
from tests.bookings import ledger_of

pytestmark = pytest.mark.usefixtures("application")


@pytest.fixture
def database() -> str:
    url = db.engine().url.render_as_string(hide_password=False).replace("+psycopg", "")
    calendar.seed(url, sizes=(3, 20))
    return url


def test_its_hotels_are_full(database: str) -> None:
    """Nine nights in ten are taken, and each booking has its allocation."""
    body = board_queries.find_availability
    with db.reading() as session:
        told = orjson.loads(body(session, id_of("hotel", 2), *PAGES[1]._range()) or "")
    nights = [night for each in told["room_types"] for night in each["nights"]]
    assert sum(night["total"] for night in nights) == 20 * 60
    assert sum(night["sold"] + night["blocked"] for night in nights) > 0.9 * 20 * 60
    made = ledger_of.one("SELECT count(*) FROM allocations WHERE booking_room_id IS NOT NULL")
    assert made == ledger_of.one("SELECT count(*) FROM bookings") > 1000


def test_what_pgbench_plays_is_what_the_application_asks(database: str, tmp_path: Path) -> None:
    for page in PAGES:
        played = pgbench(database, page.script(1, tmp_path), clients=1, seconds=1)
        assert (played.per_second > 0, played.failed) == (True, 0)
