"""The audit as it is run: by beat's order, by hand, and what is told of it."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from app import invariants
from app.core import audit
from app.core import invariants as core
from app.core.errors import Unavailable
from app.core.invariants import Invariant
from tests.payments.stage import promised, run
from workers.tasks import ticks

NAMES = [invariant.name for invariant in invariants.ALL]
DEAD = """
INSERT INTO outbox (kind, name, queue, payload, attempts, max_attempts, last_error, dead_at)
SELECT 'job', 'payments.verify', 'critical', jsonb_build_object('payment_id', n), 10, 10, 'ValueError: ada@example.com', now()
FROM generate_series(1, :count) AS n
"""

pytestmark = pytest.mark.usefixtures("application")


@pytest.fixture
def metrics(application: Flask) -> Callable[[], dict[str, float]]:
    """What /metrics says about invariants."""

    def scrape() -> dict[str, float]:
        lines = application.test_client().get("/metrics").text.splitlines()
        samples = [line.rpartition(" ") for line in lines if line.startswith("smartstay_invariant_")]
        return {name: float(value) for name, _, value in samples}

    return scrape


def broken_rows(name: str) -> str:
    return f'smartstay_invariant_broken_rows{{invariant="{name}"}}'


def checked_at(name: str) -> str:
    return f'smartstay_invariant_checked_timestamp_seconds{{invariant="{name}"}}'


def command(application: Flask, *words: str) -> tuple[int, list[str]]:
    done = application.test_cli_runner().invoke(args=["audit", *words])
    return done.exit_code, done.stdout.splitlines()


class TestTheDailyJob:
    def test_the_tick_orders_it_and_every_process_can_tell_what_it_found(
        self, run_jobs: Callable[[], int], metrics: Callable[[], dict[str, float]]
    ) -> None:
        run(DEAD, count=3)
        assert metrics() == {}
        ticks.order_audit()
        assert promised("invariants.audit") == ["invariants.audit"]
        assert run_jobs() == 1
        told = metrics()
        assert {name: told[broken_rows(name)] for name in NAMES} == dict.fromkeys(NAMES, 0.0) | {"job_dead": 3.0}
        assert len({told[checked_at(name)] for name in NAMES}) == len(NAMES)
        assert len(told) == 2 * len(NAMES)

    def test_the_next_one_takes_the_place_of_the_last(
        self, run_jobs: Callable[[], int], metrics: Callable[[], dict[str, float]]
    ) -> None:
        run(DEAD, count=1)
        run("INSERT INTO audit_results VALUES ('retired', 7, now())")
        assert audit.audit(invariants.ALL)[1].total == 1
        before = metrics()
        run("DELETE FROM outbox")
        audit.audit(invariants.ALL)
        after = metrics()
        assert (before[broken_rows("job_dead")], after[broken_rows("job_dead")]) == (1.0, 0.0)
        assert after[checked_at("job_dead")] > before[checked_at("job_dead")]
        assert before.keys() == after.keys()
        assert broken_rows("retired") not in before

    def test_what_is_broken_is_logged_with_ids_and_nobodys_address(self, caplog: pytest.LogCaptureFixture) -> None:
        run(DEAD, count=30)
        audit.audit(invariants.ALL)
        (record,) = [record for record in caplog.records if "invariant_broken" in record.getMessage()]
        told: Any = record.msg
        assert (record.levelname, told["invariant"], told["found"]) == ("ERROR", "job_dead", 30)
        assert len(told["rows"]) == audit.MOST_LOGGED
        assert set(told["rows"][0]) == {"id", "name", "queue", "attempts", "dead_at", "payload"}
        assert "ada@example.com" not in str(told)

    def test_one_that_takes_too_long_hides_no_other(
        self, monkeypatch: pytest.MonkeyPatch, metrics: Callable[[], dict[str, float]]
    ) -> None:
        monkeypatch.setattr(core, "SECONDS", 1)
        run(DEAD, count=1)
        slow = Invariant("slow", "Sleeps.", "SELECT pg_sleep(30) IS NULL AS slept")
        with pytest.raises(Unavailable):
            audit.audit((slow, *invariants.ALL))
        told = metrics()
        assert told[broken_rows("job_dead")] == 1.0
        assert broken_rows("slow") not in told


class TestTheCommand:
    def test_all_is_well(self, application: Flask, metrics: Callable[[], dict[str, float]]) -> None:
        status, told = command(application)
        assert status == 0
        assert told == [*(f"ok      {name}" for name in NAMES), f"{len(NAMES)} invariants, 0 broken"]
        assert metrics()[broken_rows("job_dead")] == 0.0

    def test_what_is_broken_is_told_with_its_meaning_and_rows(
        self, application: Flask, metrics: Callable[[], dict[str, float]]
    ) -> None:
        run(DEAD, count=103)
        status, told = command(application)
        assert status == 1
        at = told.index("BROKEN  job_dead: 103 rows")
        assert "flask jobs retry NUMBER" in told[at + 1]
        assert all("name=payments.verify  queue=critical  attempts=10" in line for line in told[at + 2 : at + 102])
        assert told[at + 102] == "        and 3 more"
        assert told[-1] == f"{len(NAMES)} invariants, 1 broken"
        assert sum(line.startswith("ok      ") for line in told) == len(NAMES) - 1
        assert metrics()[broken_rows("job_dead")] == 103.0

    @pytest.mark.parametrize("dead", [0, 2])
    def test_json_is_the_last_line(self, application: Flask, dead: int) -> None:
        run(DEAD, count=dead)
        status, told = command(application, "--json")
        answer = json.loads(told[-1])
        assert (status, answer["ok"]) == (min(dead, 1), dead == 0)
        found = {one["name"]: one["found"] for one in answer["invariants"]}
        assert found == dict.fromkeys(NAMES, 0) | {"job_dead": dead}
        (rows,) = [one["rows"] for one in answer["invariants"] if one["name"] == "job_dead"]
        assert len(rows) == dead

    def test_what_could_not_be_looked_at_is_no_success(
        self, application: Flask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(core, "SECONDS", 1)
        slow = Invariant("slow", "Sleeps.", "SELECT pg_sleep(30) IS NULL AS slept")
        monkeypatch.setattr(invariants, "ALL", (slow,))
        done = application.test_cli_runner().invoke(args=["audit"])
        assert done.exit_code == 1
        assert "not everything could be looked at" in done.stderr
