"""What people do with dead jobs at the command line."""

import pytest
from flask import Flask
from sqlalchemy import text

from app.core.db import reading, transaction

pytestmark = pytest.mark.usefixtures("application")
DEAD = """
INSERT INTO outbox (kind, name, queue, payload, attempts, max_attempts, last_error, dead_at)
VALUES ('job', 'payments.verify', 'critical', '{"payment_id": "x"}', 5, 5, 'ValueError: broken', now()) RETURNING id
"""


@pytest.fixture
def dead() -> int:
    with transaction() as session:
        return int(session.scalar(text(DEAD)) or 0)


def run(application: Flask, *words: str) -> tuple[int, str]:
    done = application.test_cli_runner().invoke(args=["jobs", *words])
    return done.exit_code, done.output


def living() -> list[tuple[int, int]]:
    with reading() as session:
        return [
            (row.id, row.attempts)
            for row in session.execute(text("SELECT id, attempts FROM outbox WHERE dead_at IS NULL"))
        ]


def test_they_are_listed(application: Flask, dead: int) -> None:
    status, told = run(application, "dead")
    assert status == 0
    assert f"{dead}  payments.verify  5" in told
    assert "ValueError: broken" in told
    assert "1 dead" in told


def test_one_is_retried_from_the_beginning(application: Flask, dead: int) -> None:
    assert run(application, "retry", str(dead)) == (0, f"job {dead} will run again\n")
    assert living() == [(dead, 0)]


def test_one_is_given_up(application: Flask, dead: int) -> None:
    assert run(application, "discard", str(dead)) == (0, f"job {dead} is given up\n")
    with reading() as session:
        assert session.scalar(text("SELECT count(*) FROM outbox")) == 0


@pytest.mark.parametrize("verb", ["retry", "discard"])
def test_what_is_not_dead_is_left_alone(application: Flask, dead: int, verb: str) -> None:
    status, told = run(application, verb, str(dead + 1))
    assert status == 1
    assert "no dead job" in told
    assert run(application, "dead")[1].endswith("1 dead\n")
