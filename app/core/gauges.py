"""Figures that are read when someone asks: what PostgreSQL knows (what is owed, how late it is, what waits for a person) and Redis' memory.

Each module declares its own; `app/gauges.py` brings them together.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import redis
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import text

from app.core import redis_client
from app.core.db import reading
from app.core.errors import Unavailable


@dataclass(frozen=True, slots=True)
class Reading:
    """One statement. Each column in `meanings` is the gauge `prefix_column`; columns in `labels` tell its values apart."""

    prefix: str
    statement: str
    meanings: Mapping[str, str]
    labels: tuple[str, ...] = ()


OUTBOX = Reading(
    "smartstay_outbox",
    """
    SELECT count(*) FILTER (WHERE kind = 'job' AND dead_at IS NULL) AS jobs,
           count(*) FILTER (WHERE kind = 'event') AS events,
           count(*) FILTER (WHERE dead_at IS NOT NULL) AS dead,
           coalesce(extract(epoch FROM clock_timestamp() - min(due_at)
                    FILTER (WHERE dead_at IS NULL AND due_at < clock_timestamp())), 0) AS late,
           coalesce(extract(epoch FROM clock_timestamp() - min(due_at) FILTER (WHERE kind = 'event')), 0) AS events_late
    FROM outbox
    """,
    {
        "jobs": "Jobs promised and not done",
        "events": "Events promised and not emitted",
        "dead": "Jobs whose attempts are used up",
        "late": "Seconds since the oldest due row was due",
        "events_late": "Seconds that the oldest event waits for the relay",
    },
)
CONNECTIONS = Reading(
    "smartstay_database",
    """
    SELECT application_name AS process, CASE state WHEN 'idle' THEN 'idle' ELSE 'in use' END AS state, count(*) AS connections
    FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'smartstay-%' GROUP BY 1, 2
    """,
    {"connections": "Connections that processes of ours hold"},
    labels=("process", "state"),
)


class DatabaseGauges(Collector):
    """A statement each. Without PostgreSQL these figures are absent and all others are told."""

    def __init__(self, readings: Iterable[Reading]) -> None:
        self._readings = readings

    def collect(self) -> Iterator[Metric]:
        try:
            for one in self._readings:
                yield from _families(one)
        except Unavailable:
            return


def _families(one: Reading) -> list[Metric]:
    with reading() as session:
        rows = session.execute(text(one.statement)).mappings().all()
    families: list[Metric] = []
    for column, meaning in one.meanings.items():
        family = GaugeMetricFamily(f"{one.prefix}_{column}", meaning, labels=one.labels)
        for row in rows:
            family.add_metric([str(row[label]) for label in one.labels], float(row[column]))
        families.append(family)
    return families


class RedisGauges(Collector):
    """Whether Redis answers, and its memory."""

    def collect(self) -> Iterator[Metric]:
        memory = redis_client.ask(_memory, default=None)
        yield GaugeMetricFamily("smartstay_redis_up", "Whether Redis answers", value=float(memory is not None))
        if memory is not None:
            yield GaugeMetricFamily(
                "smartstay_redis_memory_bytes", "Memory that Redis uses", value=memory["used_memory"]
            )
            yield GaugeMetricFamily(
                "smartstay_redis_memory_limit_bytes", "What it may use; 0 = all", value=memory["maxmemory"]
            )


def _memory(client: "redis.Redis") -> dict[str, Any]:
    memory: dict[str, Any] = client.info("memory")  # type: ignore[assignment]
    return memory
