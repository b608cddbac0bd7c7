"""Jobs whose attempts are used up: looked at, retried, given up."""

from typing import Any

from sqlalchemy import RowMapping
from sqlalchemy.orm import Session

from app.auth import permissions
from app.auth.permissions import Verb
from app.auth.principal import Principal
from app.core import job_runs
from app.core.audit_trail import Actor, note, numbered
from app.core.db import reading, transaction
from app.core.logging import logger
from app.core.paging import cursor_of_number, page, read_number

log = logger(__name__)


def dead(cursor: str | None, limit: int) -> dict[str, Any]:
    """`{items, next_cursor}`, oldest first. Raises CursorInvalid."""
    after = read_number(cursor) or 0
    with reading() as session:
        found = job_runs.page_dead(session, after=after, limit=limit + 1)
    return page(found, limit, lambda row: cursor_of_number(row["id"]))


def retry(person: Principal, number: int, reason: str | None) -> None:
    """It begins anew, with all its attempts. Raises JobNotFound."""
    actor = permissions.actor(person, Verb.DECIDE_JOBS)
    with transaction() as session:
        _note(session, actor, "job.retry", job_runs.lock_dead(session, number), reason)
        job_runs.retry(session, number)
    log.info("job_retried", job=number)


def discard(person: Principal, number: int, reason: str) -> None:
    """It is given up for good; what it was stays in the audit log. Raises JobNotFound."""
    actor = permissions.actor(person, Verb.DECIDE_JOBS)
    with transaction() as session:
        _note(session, actor, "job.discard", job_runs.lock_dead(session, number), reason)
        job_runs.discard(session, number)
    log.info("job_discarded", job=number)


def _note(session: Session, actor: Actor, verb: str, job: RowMapping, reason: str | None) -> None:
    """Errors are left out: a mail server may quote an address in one."""
    note(session, actor, verb, numbered("job", job["id"]), before=dict(job), after={"reason": reason})
