"""Is this process alive, can it serve, and what does it measure. Beside the API, not part of it."""

import hmac
from functools import cache
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest, multiprocess
from prometheus_client import REGISTRY as THIS_PROCESS
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from app.core import redis_client
from app.core.db import reading
from app.core.errors import AppError, Forbidden
from app.core.gauges import DatabaseGauges, RedisGauges

LOOPBACK = frozenset({"127.0.0.1", "::1"})
MIGRATIONS = Path(__file__).resolve().parents[2] / "migrations" / "versions"
TOLERATED_LATENESS = 60
LATE = text("""
SELECT coalesce(extract(epoch FROM clock_timestamp() - min(greatest(due_at, run_until))), 0)::int FROM outbox
WHERE dead_at IS NULL AND due_at < clock_timestamp() AND (run_until IS NULL OR run_until < clock_timestamp())
""")

blp = Blueprint("health", __name__)


@blp.get("/healthz")
def alive() -> Any:
    """The process answers."""
    return jsonify(status="ok")


@blp.get("/readyz")
def ready() -> tuple[Response, int]:
    """What is wrong, part by part. Red without PostgreSQL or its tables; without Redis or behind with its work degraded, but serving."""
    database = _database()
    serves = database == {"database": "up", "schema": "current"}
    rest = {"redis": "up" if redis_client.is_up() else "away"} | (_outbox() if serves else {})
    well = serves and all(state in {"up", "current"} for state in rest.values())
    status = "ok" if well else "degraded" if serves else "unavailable"
    return jsonify(status=status, **database, **rest), 200 if serves else 503


def _database() -> dict[str, str]:
    """A database that is ahead of the code is well: the next version's migrations come before its processes."""
    try:
        with reading() as session:
            applied = session.scalar(text("SELECT version_num FROM alembic_version"))
    except AppError as error:
        return {"database": error.detail}
    except ProgrammingError:
        applied = None
    behind = applied is None or applied < _newest_migration()
    return {"database": "up", "schema": f"at {applied}, needs {_newest_migration()}" if behind else "current"}


@cache
def _newest_migration() -> str:
    """Their numbers begin their files' names."""
    return max(file.name.partition("_")[0] for file in MIGRATIONS.glob("*.py"))


def _outbox() -> dict[str, str]:
    try:
        with reading() as session:
            late = session.execute(LATE).scalar_one()
    except AppError as error:
        return {"outbox": error.detail}
    return {
        "outbox": f"late by {late} s: is a relay running, and a worker?" if late > TOLERATED_LATENESS else "current"
    }


@blp.get("/metrics")
def metrics() -> Response:
    """Prometheus text of all processes of this host that share a metrics folder; for loopback or with the token."""
    _refuse_strangers()
    registry = CollectorRegistry()
    registry.register(DatabaseGauges(current_app.config["GAUGES"]))
    registry.register(RedisGauges())
    own = generate_latest(registry)
    return Response(own + generate_latest(_shared()), mimetype=CONTENT_TYPE_LATEST)


def _shared() -> CollectorRegistry:
    if not multiprocess_dir():
        return THIS_PROCESS
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return registry


def multiprocess_dir() -> str | None:
    """Where the processes of this host leave their figures for each other, if anywhere."""
    folder: str | None = current_app.config["SETTINGS"].prometheus_multiproc_dir
    return folder


def _refuse_strangers() -> None:
    token = current_app.config["SETTINGS"].metrics_token
    sent = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if token is not None and hmac.compare_digest(sent.encode(), token.get_secret_value().encode()):
        return
    if request.remote_addr not in LOOPBACK or _came_through_a_proxy():
        raise Forbidden


def _came_through_a_proxy() -> bool:
    """A proxy on this very host would make everybody local. Those that we are told about are undone before we look."""
    return "X-Forwarded-For" in request.headers and not current_app.config["SETTINGS"].trusted_proxies
