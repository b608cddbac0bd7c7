"""What pgbench plays beside POST /bookings is what POST /bookings asks of the database."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.core import db
from bench import booking_world
from bench.pgbench import pgbench
from tests import factories
from tests.api import Api, new_key
from tests.bookings import ledger_of

pytestmark = pytest.mark.usefixtures("application")
SCRIPT = Path(booking_world.__file__).with_name("booking.sql")
TABLES = re.compile(r"\b(INSERT INTO|UPDATE|DELETE FROM|FROM|JOIN) (\w+)")
LOCKS = re.compile(r"\b(pg_advisory_xact_lock|FOR NO KEY UPDATE|FOR UPDATE|FOR KEY SHARE|SKIP LOCKED|ON CONFLICT)\b")


def of_script() -> list[str]:
    """The statements of the script, BEGIN, COMMIT and, after a race that was lost, ROLLBACK among them."""
    lines = [line for line in SCRIPT.read_text().splitlines() if not line.startswith(("--", "\\"))]
    return [part.strip() for part in re.split(r";\n|\\gset", "\n".join(lines) + "\n") if part.strip()]


def outline(statement: str) -> list[str]:
    """Which tables it reads and writes, in its order, and what it locks."""
    plain = " ".join(statement.split())
    return [" ".join(found) for found in TABLES.findall(plain)] + LOCKS.findall(plain)


def test_it_sends_the_statements_of_a_booking(api: Api, count_statements: Callable[[], Any]) -> None:
    hotel = factories.hotel({"Deluxe": 3})
    guest = api.as_(factories.person())
    with count_statements() as asked:
        answer = guest.post("/bookings", factories.booking_request(hotel, nights=1), key=new_key())
    assert answer.status_code == 201
    played = [statement for statement in of_script() if statement not in {"BEGIN", "COMMIT", "ROLLBACK"}]
    assert [outline(statement) for statement in played] == [outline(statement) for statement in asked.texts]
    assert len(played) == len(asked) == 8


def test_its_transaction_is_that_of_a_booking() -> None:
    script = of_script()
    assert (script.index("BEGIN"), script.index("COMMIT"), script.index("ROLLBACK"), len(script)) == (2, 8, 10, 11)


def test_each_of_its_rounds_is_a_whole_booking() -> None:
    url = db.engine().url.render_as_string(hide_password=False)
    booking_world.seed(url.replace("+psycopg", ""), guests=20)
    places = (f"hotels={booking_world.HOTELS}", f"days={booking_world.DAYS}", "guests=20")
    played = pgbench(url, SCRIPT, clients=2, seconds=1, variables=places)
    assert (played.per_second > 0, played.failed) == (True, 0)
    made = ledger_of.one("SELECT count(*) FROM bookings")
    assert made > 0
    each = (
        "booking_rooms",
        "booking_nights",
        "booking_history",
        "allocations",
        "hotel_events",
        "outbox",
        "idempotency_keys",
    )
    assert {table: ledger_of.one(f"SELECT count(*) FROM {table}") for table in each} == dict.fromkeys(each, made)
    assert ledger_of.one("SELECT sum(last_seq) FROM hotel_counters") == made
