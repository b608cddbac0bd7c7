"""Each invariant finds what it is for, nothing else does, and nothing is found in a database at work."""

import importlib
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest import Subtests  # noqa: PT013
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from app import invariants
from app.core import db
from app.core.invariants import MOST_ROWS, Finding, Invariant, look
from tests.audit.breaks import BREAKS, NO_BREACHES, timed
from tests.audit.busy import STATES

ROOT = Path(__file__).resolve().parents[2]
PERSONAL = {
    "guest_name",
    "guest_email",
    "guest_phone",
    "user_id",
    "email",
    "recipient",
    "subject",
    "text",
    "last_error",
}


def found_after(statements: str = "") -> list[Finding]:
    """What the audit would find if these had been committed. They are not."""
    with db.engine().connect() as connection, Session(connection) as session:
        for statement in filter(str.strip, statements.split(";")):
            changed = session.connection().exec_driver_sql(statement)
            assert changed.rowcount != 0, f"this changes nothing: {statement}"
        return [finding for finding in (look(session, one) for one in invariants.ALL) if finding.total]


def names(findings: list[Finding]) -> list[str]:
    return [finding.invariant.name for finding in findings]


@pytest.mark.usefixtures("busy")
def test_in_a_busy_database_each_breach_is_found_by_its_invariant_alone(
    subtests: Subtests, run_jobs: Callable[[], int]
) -> None:
    """One test, for such a database takes seconds to make and what breaks it is never committed."""
    assert _states() == {
        "bookings": {"pending_payment": 5, "expired": 1, "cancelled": 3, "confirmed": 3},
        "payments": {"initialized": 1, "failed": 1, "success": 4, "reversed": 2},
        "refunds": {"processed": 2, "pending": 1},
    }
    assert names(found_after()) == []
    for number, (name, sql) in enumerate(BREAKS):
        with subtests.test(f"{number}: {name}"):
            (finding,) = found_after(timed(sql))
            assert finding.invariant.name == name
            assert finding.total == len(finding.rows) > 0
            assert finding.rows[0].keys() & PERSONAL == set()
    for why, sql in NO_BREACHES.items():
        with subtests.test(why):
            assert names(found_after(timed(sql))) == []
    assert run_jobs() >= 3
    assert names(found_after()) == []


def _states() -> dict[str, dict[str, int]]:
    with db.reading() as session:
        return dict(session.execute(text(STATES)).mappings().one())


def test_no_invariant_is_without_a_breach() -> None:
    assert {name for name, _ in BREAKS} == {invariant.name for invariant in invariants.ALL}


def test_all_that_are_declared_are_in_the_one_list_under_names_of_their_own() -> None:
    declared = [one for path in sorted(ROOT.glob("app/*/*invariants.py")) for one in _declared(path)]
    assert sorted(declared) == sorted(invariant.name for invariant in invariants.ALL)
    assert len(declared) == len(set(declared)) >= 15


def _declared(path: Path) -> list[str]:
    module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    return [invariant.name for invariant in getattr(module, "INVARIANTS", ())]


@pytest.mark.usefixtures("application")
class TestOneLook:
    def look(self, statement: str) -> Finding:
        with db.transaction() as session:
            return look(session, Invariant("for_tests", "Nothing.", statement))

    def test_of_many_rows_a_hundred_are_shown_and_all_are_counted(self) -> None:
        finding = self.look("SELECT n, now()::date AS day, gen_random_uuid() AS id FROM generate_series(1, 250) AS n")
        assert (finding.total, len(finding.rows)) == (250, MOST_ROWS)
        assert {type(value) for value in finding.rows[0].values()} == {int, str}

    def test_a_look_writes_nothing(self) -> None:
        with pytest.raises(DBAPIError, match="read-only"):
            self.look("DELETE FROM outbox RETURNING id")
