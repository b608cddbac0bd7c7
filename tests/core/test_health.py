"""Alive, ready and measured; and what goes on when Redis or PostgreSQL is away."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
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
from tests import factories
from tests.api import Api, new_key
from tests.surface import what_is_wrong

NOWHERE = "redis://127.0.0.1:1/0"
DEAD_DATABASE = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"
ROOT = Path(__file__).resolve().parents[2]


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


class TestProbes:
    def test_all_is_well(self, client: FlaskClient) -> None:
        assert client.get("/healthz").json == {"status": "ok"}
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json) == (200, {"status": "ok", "database": "up", "redis": "up"})

    def test_without_postgresql_it_is_alive_and_not_ready(self, without_database: Flask) -> None:
        client = without_database.test_client()
        assert client.get("/healthz").status_code == 200
        ready = client.get("/readyz")
        assert (ready.status_code, ready.json["status"]) == (503, "unavailable")
        assert ready.json["database"] == "The database is away"

    def test_without_postgresql_requests_are_told_to_come_again(self, without_database: Flask) -> None:
        for path in (
            "/api/v1/hotels",
            "/api/v1/hotels/search?lat=6.4&lon=3.4&check_in=2027-01-01&check_out=2027-01-02",
        ):
            began = time.monotonic()
            answer = without_database.test_client().get(path)
            assert list(what_is_wrong(answer, 503)) == []
            assert (answer.json["code"], answer.headers["Retry-After"]) == ("unavailable", "2")
            assert time.monotonic() - began < 3.5
        body = {"email": "ada@example.com", "password": factories.PASSWORD}
        assert without_database.test_client().post("/api/v1/auth/login", json=body).status_code == 503

    def test_case_19_it_starts_without_redis_and_serves(self, without_redis: Flask) -> None:
        ready = without_redis.test_client().get("/readyz")
        assert (ready.status_code, ready.json) == (200, {"status": "degraded", "database": "up", "redis": "away"})
        hotel = factories.hotel()
        guest = Api(without_redis).as_(factories.person())
        began = time.monotonic()
        booked = guest.post("/bookings", factories.booking_request(hotel), key=new_key())
        paid = guest.post(f"/bookings/{booked.json['id']}/payments", {}, key=new_key())
        assert (booked.status_code, paid.status_code) == (201, 201)
        assert time.monotonic() - began < 2
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
    assert time.monotonic() - began < 1
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
        ):
            assert line in told, line

    def test_unknown_paths_share_one_name(self, application: Flask) -> None:
        for number in range(3):
            application.test_client().get(f"/nothing/{number}")
        assert "/nothing/" not in self.scrape(application).text
        assert 'route="unmatched",status="404"' in self.scrape(application).text

    @pytest.mark.parametrize("by", ["10.0.0.8", "192.168.1.5", "::ffff:10.0.0.8"])
    def test_strangers_need_the_token(self, application: Flask, by: str, monkeypatch: pytest.MonkeyPatch) -> None:
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
