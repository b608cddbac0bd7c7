"""Figures that PostgreSQL knows, read when someone asks: what is owed, how late it is, and what nobody will do without a person."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy import text

from app.core.db import reading
from app.core.errors import Unavailable

OWED = """
SELECT count(*) FILTER (WHERE kind = 'job' AND dead_at IS NULL) AS jobs,
       count(*) FILTER (WHERE kind = 'event') AS events,
       count(*) FILTER (WHERE dead_at IS NOT NULL) AS dead,
       coalesce(extract(epoch FROM clock_timestamp()
                - min(due_at) FILTER (WHERE dead_at IS NULL AND due_at < clock_timestamp())), 0) AS late
FROM outbox
"""
MEANING = {
    "jobs": "Jobs promised and not done",
    "events": "Events promised and not emitted",
    "dead": "Jobs whose attempts are used up",
    "late": "Seconds since the oldest due row was due",
}


class OutboxGauges(Collector):
    """One statement a scrape. Without PostgreSQL these figures are absent and all others are told."""

    def collect(self) -> Iterator[Metric]:
        try:
            with reading() as session:
                row = session.execute(text(OWED)).mappings().one()
        except Unavailable:
            return
        for name, value in row.items():
            yield GaugeMetricFamily(f"smartstay_outbox_{name}", MEANING[name], value=float(value))
