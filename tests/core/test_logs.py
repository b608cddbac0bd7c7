"""What a real process writes while a booking is made and paid: one story, and no secrets."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from structlog.contextvars import clear_contextvars, get_contextvars

from app.core import logging
from app.core.db import transaction
from runner.commands.logs import story
from sandbox.server import Sandbox
from tests.conftest import EMPTY_ALL

ROOT = Path(__file__).resolve().parents[2]
Fields = dict[str, Any]


@dataclass(frozen=True)
class Played:
    """`folder` holds the log as `./dev up` keeps it; `told` is what the journey says of itself."""

    folder: Path
    text: str
    told: dict[str, Any]

    @property
    def lines(self) -> list[Fields]:
        return [json.loads(line) for line in self.text.splitlines()]

    def lines_of(self, event: str, **fields: Any) -> list[Fields]:
        wanted = (fields | {"event": event}).items()
        return [
            line for line in self.lines if wanted <= {k: v for k, v in line.items() if not isinstance(v, list)}.items()
        ]


@pytest.fixture(scope="module")
def played(application: object, sandbox: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Played:
    """Played once for all of this file, on empty tables."""
    with transaction() as session:
        session.execute(text(EMPTY_ALL))
    sandbox.reset()
    folder = tmp_path_factory.mktemp("log")
    told = folder / "told.json"
    with (folder / "web.log").open("w") as log:
        command = [sys.executable, "-m", "tests.core.logged_journey", str(told), sandbox.url]
        ended = subprocess.run(
            command,
            cwd=ROOT,
            env=os.environ | {"LOG_LEVEL": "INFO", "PROCESS": "worker"},
            stdout=log,
            stderr=subprocess.PIPE,
            timeout=120,
        )
    assert ended.returncode == 0, ended.stderr.decode()
    return Played(folder, (folder / "web.log").read_text(), json.loads(told.read_text()))


def test_every_line_is_one_object_with_its_time_level_and_process(played: Played) -> None:
    assert len(played.lines) >= 15
    for line in played.lines:
        assert {"event", "timestamp", "level", "logger", "process"} <= line.keys(), line
        assert line["timestamp"].endswith("Z")


def test_nothing_secret_or_private_is_written(played: Played) -> None:
    secrets = played.told["secrets"]
    assert len(secrets) >= 15
    assert [secret for secret in secrets if secret in played.text] == []
    assert "Bearer" not in played.text
    assert "@" not in played.text  # nobody's address


def test_what_the_database_refuses_is_told_without_the_row(played: Played) -> None:
    (refused,) = played.lines_of("row_refused")
    told = refused["exception"]
    assert told.count("DETAIL:  (not logged)") == 2
    assert "Failing row" not in told
    assert 'null value in column "id" of relation "users" violates not-null constraint' in told
    assert "[SQL: INSERT INTO users" in told


def test_one_id_goes_from_the_request_to_the_row_the_job_and_the_vendor(played: Played) -> None:
    (request,) = played.lines_of("request", request_id="journey-check")
    assert (request["route"], request["status"]) == ("/api/v1/payments/<reference>/verify", 202)
    (promised,) = played.told["promised"]
    assert promised["request_id"] == "journey-check"
    (job,) = played.lines_of("job_run", job="payments.verify")
    assert (job["request_id"], job["row_id"], job["outcome"]) == ("journey-check", promised["id"], "done")
    (call,) = played.lines_of("vendor_call", job="payments.verify")
    assert (call["request_id"], call["vendor"], call["status"]) == ("journey-check", "paystack", 200)
    following = {line["job"] for line in played.lines_of("job_run", request_id="journey-check")}
    assert following == {"payments.verify", "payments.confirm_paid", "mail.send"}


def test_lines_carry_the_ids_of_what_they_are_about(played: Played) -> None:
    booking, payment = played.told["booking"], played.told["payment"]
    (made,) = played.lines_of("request", request_id="journey-book")
    assert (made["booking"], made["booking_id"], made["status"]) == (booking["reference"], booking["id"], 201)
    (start,) = played.lines_of("request", request_id="journey-pay")
    assert start["booking_id"] == booking["id"]
    (call,) = played.lines_of("vendor_call", request_id="journey-pay")
    assert call["booking_id"] == booking["id"]
    (check,) = played.lines_of("request", request_id="journey-check")
    assert check["reference"] == payment["reference"]
    (confirmed,) = played.lines_of("job_run", job="payments.confirm_paid")
    (verified,) = played.lines_of("job_run", job="payments.verify")
    assert confirmed["payment_id"] == verified["payment_id"]


def test_dev_logs_tells_one_bookings_story_and_no_others(played: Played) -> None:
    booking, elsewhere = played.told["booking"], played.told["elsewhere"]
    told = story(played.folder, booking["reference"])
    seen = [(line.fields["event"], line.fields.get("job") or line.fields.get("route")) for line in told]
    for step in (
        ("request", "/api/v1/bookings"),
        ("vendor_call", None),
        ("request", "/api/v1/bookings/<uuid:booking_id>/payments"),
        ("request", "/api/v1/payments/<reference>/verify"),
        ("vendor_call", "payments.verify"),
        ("job_run", "payments.verify"),
        ("job_run", "payments.confirm_paid"),
        ("mail_sent", "mail.send"),
        ("request", "/api/v1/bookings/<uuid:booking_id>"),
    ):
        assert step in seen, step
    assert [line.time for line in told] == sorted(line.time for line in told)
    for foreign in (elsewhere["reference"], elsewhere["id"], "/auth/"):
        assert [line.text for line in told if foreign in line.text] == []
    other = story(played.folder, elsewhere["reference"])
    assert [line.fields["event"] for line in other] == ["booking_created", "request", "booking_cancelled", "request"]


def test_what_is_noted_ends_with_its_context() -> None:
    clear_contextvars()
    with logging.context(request_id="outer"):
        with logging.context(job="j", nothing=None):
            logging.note(booking="SS-1")
            assert get_contextvars() == {"request_id": "outer", "job": "j", "booking": "SS-1"}
        assert get_contextvars() == {"request_id": "outer"}
    assert logging.current_request_id() is None
