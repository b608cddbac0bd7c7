"""Alive, ready and measured; and what goes on when Redis or PostgreSQL is away."""

import os
import re
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text
from werkzeug.test import TestResponse

from app.config import Settings
from app.core import db, redis_client, wakeup
from app.core.db import reading
from app.factory import create_app
from app.mail.jobs import SEND_EMAIL
from tests import factories
from tests.api import Api, new_key
from tests.surface import what_is_wrong
from tests.workers.rows import change, promise

NOWHERE = "redis://127.0.0.1:1/0"
DEAD_DATABASE = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"
ROOT = Path(__file__).resolve().parents[2]
WELL = {"database": "up", "schema": "current", "redis": "up", "outbox": "current"}


@pytest.fixture
def without_database(application: Flask) -> Iterator[Flask]:
    """A second application whose PostgreSQL is not there."""
    usual = db.engine()
    yield create_app(Settings(database_url=DEAD_DATABASE))
    create_app()
    db.engine().dispose()
    db.bind(usual)
    wakeup.connect(usual.url.render_as_string(hide_password=False))


@pytest.fixture
def without_redis(application: Flask) -> Iterator[Flask]:
    """A second application that starts while Redis is away."""
    usual = db.engine()
    yield create_app(Settings(redis_url=NOWHERE))
    create_app()
    db.engine().dispose()
    db.bind(usual)


@pytest.fixture
def with_schema(application: Flask) -> Iterator[Callable[[str | None], None]]:
    """Makes the database say that it is at another migration; None: at none at all."""
    with reading() as session:
        usual = session.scalar(text("SELECT version_num FROM alembic_version"))

    def say(version: str | None) -> None:
        with db.transaction() as session:
            session.execute(text("DELETE FROM alembic_version"))
            if version is not None:
                session.execute(text("INSERT INTO alembic_version VALUES (:version)"), {"version": version})

    yield say
    say(usual)


class TestProbes:
    def test_all_is_well(self, client: FlaskClient) -> None:
        assert client.get("/healthz").json == {"status": "ok"}
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json) == (200, {"status": "ok"} | WELL)

    def test_without_postgresql_it_is_alive_and_not_ready(self, without_database: Flask) -> None:
        client = without_database.test_client()
        assert client.get("/healthz").status_code == 200
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json["status"]) == (503, "unavailable")
        assert ready.json == {"status": "unavailable", "database": "The database is away", "redis": "up"}

    @pytest.mark.parametrize(
        ("applied", "status", "told"),
        [("0001", 503, "at 0001, needs "), (None, 503, "at None, needs "), ("9999", 200, "current")],
    )
    def test_a_database_that_is_behind_the_code_is_not_ready(
        self,
        client: FlaskClient,
        with_schema: Callable[[str | None], None],
        applied: str | None,
        status: int,
        told: str,
    ) -> None:
        with_schema(applied)
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json["status"]) == (status, "ok" if status == 200 else "unavailable")
        assert ready.json["schema"].startswith(told)

    def test_work_that_nobody_does_is_told(self, client: FlaskClient) -> None:
        row_id = promise(SEND_EMAIL, email_id=uuid.uuid4())
        assert client.get("/readyz").json["status"] == "ok"
        change(row_id, "due_at = due_at - interval '100 seconds'")
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json["status"]) == (200, "degraded")
        assert re.fullmatch(r"late by 10\d s: is a relay running, and a worker\?", ready.json["outbox"])
        change(row_id, "run_until = clock_timestamp() + interval '5 seconds'")
        assert client.get("/readyz").json["status"] == "ok"
        change(row_id, "run_until = NULL, dead_at = clock_timestamp()")
        assert client.get("/readyz").json["status"] == "ok"

    def test_without_postgresql_requests_are_told_to_come_again(self, without_database: Flask) -> None:
        for path in (
            "/api/v1/hotels",
            "/api/v1/hotels/search?lat=6.4&lon=3.4&check_in=2027-01-01&check_out=2027-01-02",
        ):
            began = time.monotonic()
            answer = without_database.test_client().get(path)
            assert list(what_is_wrong(answer, 503)) == []
            assert (answer.json["code"], answer.headers["Retry-After"]) == ("unavailable", "2")
            assert time.monotonic() - began < 6
        body = {"email": "ada@example.com", "password": factories.PASSWORD}
        assert without_database.test_client().post("/api/v1/auth/login", json=body).status_code == 503

    def test_case_19_it_starts_without_redis_and_serves(self, without_redis: Flask) -> None:
        ready = without_redis.test_client().get("/readyz")
        assert (ready.status_code, ready.json) == (200, WELL | {"status": "degraded", "redis": "away"})
        hotel = factories.hotel()
        guest = Api(without_redis).as_(factories.person())
        began = time.monotonic()
        booked = guest.post("/bookings", factories.booking_request(hotel), key=new_key())
        paid = guest.post(f"/bookings/{booked.json['id']}/payments", {}, key=new_key())
        assert (booked.status_code, paid.status_code) == (201, 201)
        assert time.monotonic() - began < 5
        again = Api(without_redis).as_(factories.person())
        assert again.post("/bookings", factories.booking_request(hotel), key=new_key()).status_code == 409

    def test_redis_is_noticed_when_it_is_back(self, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(redis_client, "REST_SECONDS", 0.1)
        url = os.environ["REDIS_URL"]
        redis_client.connect(NOWHERE, "test:")
        assert client.get("/readyz").json["status"] == "degraded"
        redis_client.connect(url, "test:")
        assert client.get("/readyz").json["status"] == "ok"


def test_case_47_events_wait_while_redis_is_away(api: Api) -> None:
    hotel = factories.hotel()
    guest = api.as_(factories.person())
    redis_client.connect(NOWHERE, "test:")
    began = time.monotonic()
    booked = guest.post("/bookings", factories.booking_request(hotel), key=new_key())
    cancelled = guest.post(f"/bookings/{booked.json['id']}/cancel", {}, key=new_key())
    assert time.monotonic() - began < 5
    assert (booked.status_code, cancelled.status_code, cancelled.json["status"]) == (201, 200, "cancelled")
    with reading() as session:
        log = session.execute(text("SELECT seq, payload->>'status' FROM hotel_events ORDER BY seq")).all()
        waiting = session.scalars(
            text("SELECT payload->>'seq' FROM outbox WHERE queue LIKE 'hotel:%' ORDER BY id")
        ).all()
    assert [tuple(row) for row in log] == [(1, "locked"), (2, "available"), (3, "cancelled")]
    assert waiting == ["1", "2", "3"]


class TestMetrics:
    def scrape(self, app: Flask, *, by: str = "127.0.0.1", **headers: str) -> TestResponse:
        return app.test_client().get("/metrics", environ_base={"REMOTE_ADDR": by}, headers=headers)

    def test_names_that_dashboards_are_built_on(self, application: Flask, api: Api) -> None:
        api.as_(factories.person()).post("/bookings", factories.booking_request(factories.hotel()), key=new_key())
        answer = self.scrape(application)
        assert (answer.status_code, answer.mimetype) == (200, "text/plain")
        told = answer.text
        for line in (
            'smartstay_http_request_seconds_count{method="POST",route="/api/v1/bookings",status="201"}',
            'smartstay_bookings_total{event="created"}',
            "smartstay_outbox_jobs 0.0",
            "smartstay_outbox_events 1.0",
            "smartstay_outbox_dead 0.0",
            "smartstay_outbox_late ",
            "smartstay_outbox_events_late ",
            "smartstay_holds_living 1.0",
            "smartstay_holds_late 0.0",
            "smartstay_payments_late 0.0",
            "smartstay_payments_unapplied 0.0",
            "smartstay_payments_in_review 0.0",
            "smartstay_refunds_under_way 0.0",
            "smartstay_refunds_for_a_person 0.0",
            'smartstay_database_connections{process="smartstay-cli",state="in use"} ',
            "smartstay_redis_up 1.0",
            "smartstay_redis_memory_bytes ",
        ):
            assert line in told, line

    def test_case_75_it_tells_figures_and_nobody(self, application: Flask, api: Api) -> None:
        """Routes, states and counts: no ids, no people, nothing that was sent."""
        someone = factories.person(full_name="Adaeze Nwankwo")
        guest = api.as_(someone)
        booked = guest.post("/bookings", factories.booking_request(factories.hotel()), key=new_key()).json
        guest.get(f"/bookings/{booked['id']}")
        guest.get("/hotels", q="a-secret-place")
        told = self.scrape(application).text
        assert 'route="/api/v1/bookings/<uuid:booking_id>"' in told
        private = [
            someone.email,
            "Adaeze",
            str(someone.id),
            booked["id"],
            booked["reference"],
            booked["guest"]["email"],
        ]
        for word in [*private, "a-secret-place", str(guest.token), booked["hotel_id"]]:
            assert word not in told

    def test_lateness_is_told_in_seconds(self, application: Flask, api: Api) -> None:
        api.as_(factories.person()).post("/bookings", factories.booking_request(factories.hotel()), key=new_key())
        with db.transaction() as session:
            session.execute(text("UPDATE bookings SET release_at = clock_timestamp() - interval '70 seconds'"))
            session.execute(text("UPDATE outbox SET due_at = clock_timestamp() - interval '40 seconds'"))
        told = dict(line.rsplit(" ", 1) for line in self.scrape(application).text.splitlines() if line[0] != "#")
        assert 70 <= float(told["smartstay_holds_late"]) < 100
        assert 40 <= float(told["smartstay_outbox_events_late"]) < 70

    def test_without_redis_the_rest_is_told(self, without_redis: Flask) -> None:
        told = self.scrape(without_redis).text
        assert "smartstay_redis_up 0.0" in told
        assert "smartstay_redis_memory_bytes" not in told
        assert "smartstay_outbox_jobs 0.0" in told

    def test_unknown_paths_share_one_name(self, application: Flask) -> None:
        for number in range(3):
            application.test_client().get(f"/nothing/{number}")
        assert "/nothing/" not in self.scrape(application).text
        assert 'route="unmatched",status="404"' in self.scrape(application).text

    @pytest.mark.parametrize("by", ["10.0.0.8", "192.168.1.5", "::ffff:10.0.0.8"])
    def test_case_75_strangers_need_the_token(
        self, application: Flask, by: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert list(what_is_wrong(self.scrape(application, by=by), 403)) == []
        self.set_token(application, monkeypatch)
        assert self.scrape(application, by=by, Authorization="Bearer s3cret-of-tests").status_code == 200
        for wrong in ("", "Bearer", "Bearer S3cret-of-tests", "Bearer é", "s3cret"):
            assert self.scrape(application, by=by, Authorization=wrong).status_code == 403

    def test_loopback_needs_none_unless_it_speaks_for_others(
        self, application: Flask, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert self.scrape(application, by="::1").status_code == 200
        forwarded = {"X-Forwarded-For": "203.0.113.9"}
        assert self.scrape(application, **forwarded).status_code == 403
        self.set_token(application, monkeypatch)
        assert self.scrape(application, Authorization="Bearer s3cret-of-tests", **forwarded).status_code == 200

    def set_token(self, app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(app.config, "SETTINGS", Settings(metrics_token="s3cret-of-tests"))

    def test_without_postgresql_the_rest_is_told(self, without_database: Flask) -> None:
        without_database.test_client().get("/healthz")
        answer = self.scrape(without_database)
        assert answer.status_code == 200
        assert "smartstay_http_request_seconds_bucket" in answer.text
        assert "smartstay_outbox_jobs" not in answer.text


COUNT_ONE = "from app.core.metrics import BOOKINGS; BOOKINGS.labels('created').inc()"
SCRAPE = """
from app.factory import create_app
print(create_app().test_client().get("/metrics").text)
"""


def test_processes_of_a_host_are_measured_together(application: Flask, tmp_path: Path) -> None:
    environment: dict[str, Any] = os.environ | {"PROMETHEUS_MULTIPROC_DIR": str(tmp_path)}
    for _ in range(2):
        subprocess.run([sys.executable, "-c", COUNT_ONE], env=environment, cwd=ROOT, check=True, timeout=60)
    scraped = subprocess.run(
        [sys.executable, "-c", SCRAPE],
        env=environment,
        cwd=ROOT,
        check=True,
        timeout=60,
        capture_output=True,
        text=True,
    )
    assert 'smartstay_bookings_total{event="created"} 2.0' in scraped.stdout
    assert "smartstay_outbox_jobs 0.0" in scraped.stdout
