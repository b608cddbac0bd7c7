"""The audit: every invariant looked at, what is found told in the log and kept for whoever measures."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from app.core.clock import sql_now
from app.core.db import transaction
from app.core.errors import Unavailable
from app.core.gauges import Reading
from app.core.invariants import Finding, Invariant, look
from app.core.jobs import HOUR, Job, Queue, declare
from app.core.logging import logger
from app.core.models import AuditResult
from app.core.outbox import enqueue

MOST_LOGGED = 20

AUDIT = declare(Job("invariants.audit", Queue.BULK, limit=600, attempts=3, give_up_after=HOUR))

RESULTS = Reading(
    "smartstay_invariant",
    """
    SELECT name AS invariant, found AS broken_rows, extract(epoch FROM checked_at) AS checked_timestamp_seconds
    FROM audit_results ORDER BY name
    """,
    {
        "broken_rows": "Rows that the last look at an invariant found; none should be",
        "checked_timestamp_seconds": "When an invariant was last looked at",
    },
    labels=("invariant",),
)

log = logger(__name__)


def order_audit() -> None:
    """The day's audit may take minutes, so a worker does it."""
    with transaction() as session:
        enqueue(session, AUDIT)


def audit(invariants: Iterable[Invariant]) -> list[Finding]:
    """Looks at each and keeps the result. Returns what was found of each, nothing found included.

    Raises Unavailable when one of them could not be looked at, after all others.
    """
    known = list(invariants)
    with transaction() as session:
        session.execute(delete(AuditResult).where(AuditResult.name.not_in([invariant.name for invariant in known])))
    failed: list[Unavailable] = []
    findings = list(_each(known, failed))
    if failed:
        raise failed[0]
    log.info("audited", invariants=len(findings), broken=sum(finding.total > 0 for finding in findings))
    return findings


def _each(invariants: Iterable[Invariant], failed: list[Unavailable]) -> Iterator[Finding]:
    for invariant in invariants:
        try:
            yield _one(invariant)
        except Unavailable as error:
            log.warning("invariant_not_looked_at", invariant=invariant.name, error=error.detail)
            failed.append(error)


def _one(invariant: Invariant) -> Finding:
    """A transaction for the look and one for its result: no snapshot is older than its statement."""
    with transaction() as session:
        finding = look(session, invariant)
    if finding.total:
        log.error("invariant_broken", invariant=invariant.name, found=finding.total, rows=finding.rows[:MOST_LOGGED])
    _keep(finding)
    return finding


def _keep(finding: Finding) -> None:
    result: dict[str, Any] = {"found": finding.total, "checked_at": sql_now()}
    statement = insert(AuditResult).values(name=finding.invariant.name, **result)
    with transaction() as session:
        session.execute(statement.on_conflict_do_update(index_elements=["name"], set_=result))
