"""Each day one more day is sold: the spans of all plans are written on, in batches."""

from uuid import UUID

from app.core.db import retrying, transaction
from app.core.outbox import enqueue
from app.rates import rule_queries, spans
from app.rates.jobs import EXTEND_RATES

BATCH = 200
BEFORE_ALL = UUID(int=0)


def order() -> None:
    """It may take minutes, so a worker does it."""
    with transaction() as session:
        enqueue(session, EXTEND_RATES)


def extend() -> int:
    """Writes the spans of every plan that ends too early. Returns how many did."""
    written, after = 0, BEFORE_ALL
    while batch := _batch(after):
        written, after = written + len(batch), batch[-1]
    return written


@retrying
def _batch(after: UUID) -> list[UUID]:
    """A transaction of its own, so that none is long; nobody is told, for no day that was sold has changed."""
    with transaction() as session:
        plans = rule_queries.claim_behind(session, after, spans.days_written(), BATCH)
        if plans:
            spans.rewrite(session, plans)
        return plans
