"""Is this process alive, can it serve, and what does it measure. Beside the API, not part of it."""

import hmac
from typing import Any

from flask import Blueprint, Response, current_app, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest, multiprocess
from prometheus_client import REGISTRY as THIS_PROCESS
from sqlalchemy import text

from app.core import redis_client
from app.core.db import reading
from app.core.errors import AppError, Forbidden
from app.core.gauges import OutboxGauges

LOOPBACK = frozenset({"127.0.0.1", "::1"})

blp = Blueprint("health", __name__)


@blp.get("/healthz")
def alive() -> Any:
    """The process answers."""
    return jsonify(status="ok")


@blp.get("/readyz")
def ready() -> tuple[Response, int]:
    """Red without PostgreSQL; without Redis degraded, but serving."""
    database = _database()
    redis = "up" if redis_client.is_up() else "away"
    status = "unavailable" if database != "up" else "ok" if redis == "up" else "degraded"
    return jsonify(status=status, database=database, redis=redis), 503 if database != "up" else 200


def _database() -> str:
    try:
        with reading() as session:
            session.execute(text("SELECT 1"))
    except AppError as error:
        return error.detail
    return "up"


@blp.get("/metrics")
def metrics() -> Response:
    """Prometheus text of all processes of this host that share a metrics folder; for loopback or with the token."""
    _refuse_strangers()
    registry = CollectorRegistry()
    registry.register(OutboxGauges())
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
