"""The database's history: up, down and up again; models and migrations agree; the database itself refuses what must not be."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.cli import alembic_config
from app.config import settings
from app.core.db import transaction
from tests import factories
from tests.conftest import private_database

TABLES = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN ('alembic_version', 'spatial_ref_sys')"


@pytest.fixture
def fresh_database(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    with private_database() as url:
        monkeypatch.setitem(os.environ, "DATABASE_URL", url)
        settings.cache_clear()
        yield url
    monkeypatch.undo()
    settings.cache_clear()


def tables(url: str) -> int:
    engine = create_engine(url)
    with engine.connect() as connection:
        found = int(connection.scalar(text(TABLES)) or 0)
    engine.dispose()
    return found


def test_up_down_and_up_again(fresh_database: str) -> None:
    config = alembic_config()
    command.upgrade(config, "head")
    full = tables(fresh_database)
    assert full >= 20
    command.downgrade(config, "base")
    assert tables(fresh_database) == 0
    command.upgrade(config, "head")
    assert tables(fresh_database) == full
    command.check(config)


def test_there_is_one_head_and_numbers_have_no_gaps() -> None:
    script = ScriptDirectory.from_config(alembic_config())
    (head,) = script.get_heads()
    numbers = sorted(revision.revision for revision in script.walk_revisions())
    assert numbers == [f"{number:04}" for number in range(1, int(head) + 1)]


def violated(sql: str, **bound: Any) -> str:
    """The constraint that refuses the statement."""
    with pytest.raises(IntegrityError) as refusal, transaction() as session:
        session.execute(text(sql), bound)
    return str(refusal.value.orig.diag.constraint_name)


@pytest.mark.usefixtures("application")
class TestWhatTheDatabaseRefuses:
    def test_two_blocks_on_one_night_of_a_room(self) -> None:
        hotel = factories.hotel()
        block = (
            "INSERT INTO allocations (id, room_id, hotel_id, stay, block_reason)"
            " VALUES (gen_random_uuid(), :room, :hotel, daterange('2027-01-01', '2027-01-05'), 'maintenance')"
        )
        known = {"room": hotel.only.rooms[0], "hotel": hotel.id}
        with transaction() as session:
            session.execute(text(block), known)
        with pytest.raises(Exception, match="no longer free"), transaction() as session:
            session.execute(text(block), known)

    def test_an_allocation_without_a_reason(self) -> None:
        hotel = factories.hotel()
        sql = (
            "INSERT INTO allocations (id, room_id, hotel_id, stay)"
            " VALUES (gen_random_uuid(), :room, :hotel, daterange('2027-01-01', '2027-01-05'))"
        )
        assert violated(sql, room=hotel.only.rooms[0], hotel=hotel.id) == "ck_allocations_one_reason"

    def test_a_booking_whose_lines_do_not_add_up(self) -> None:
        hotel = factories.hotel()
        sql = """INSERT INTO bookings (id, reference, hotel_id, status, payment_timing, stay, guest_name, guest_email,
                                       rooms_amount, charges_amount, total_amount, currency)
                 VALUES (gen_random_uuid(), 'SS-TEST', :hotel, 'confirmed', 'pay_at_hotel', daterange('2027-01-01', '2027-01-02'),
                         'Ada', 'ada@example.com', 100, :charges, :total, 'NGN')"""
        assert violated(sql, hotel=hotel.id, charges=0, total=101) == "ck_bookings_total"
        assert violated(sql, hotel=hotel.id, charges=0, total=100) == "ck_bookings_lines"

    def test_prices_that_overlap_or_cost_nothing(self) -> None:
        plan = factories.hotel().only.pay_now
        sql = "INSERT INTO rate_spans (rate_plan_id, days, price) VALUES (:plan, daterange('2027-01-01', '2027-01-02'), :price)"
        assert violated(sql, plan=plan, price=100) == "ex_rate_spans_rate_plan_id_days"
        assert violated(sql, plan=plan, price=0) == "ck_rate_spans_price"

    def test_a_hotel_on_sale_that_is_nowhere_or_at_no_time(self) -> None:
        hotel = factories.hotel().id
        for column in ("address", "city", "state", "location"):
            assert violated(f"UPDATE hotels SET {column} = NULL WHERE id = :id", id=hotel) == "ck_hotels_whole"
        with pytest.raises(DBAPIError, match="not recognized"), transaction() as session:
            session.execute(text("UPDATE hotels SET time_zone = 'Africa/Nowhere' WHERE id = :id"), {"id": hotel})
