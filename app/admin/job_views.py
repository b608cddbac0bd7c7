"""Dead jobs over HTTP."""

from typing import Any

from app.admin.job_schemas import DeadJobsView
from app.admin.schemas import MaybeNoteIn, NoteIn, PageQuery
from app.admin.service import jobs
from app.auth.blueprint import Blueprint
from app.auth.guard import principal
from app.auth.permissions import Verb

NUMBER = "<int(max=9223372036854775807):job_id>"

blp = Blueprint(
    "admin_jobs", __name__, url_prefix="/admin/jobs", description="Jobs whose attempts are used up: a person decides."
)


@blp.get("")
@blp.allowed(Verb.SEE_JOBS)
@blp.arguments(PageQuery, location="query")
@blp.response(200, DeadJobsView)
def list_dead_jobs(query: dict[str, Any]) -> dict[str, Any]:
    """List dead jobs, oldest first."""
    return jobs.dead(**query)


@blp.post(f"/{NUMBER}/retry")
@blp.allowed(Verb.DECIDE_JOBS)
@blp.arguments(MaybeNoteIn)
@blp.response(204)
@blp.problems(404)
def retry_job(body: dict[str, Any], job_id: int) -> None:
    """Let a dead job begin anew, with all its attempts.

    404 `job_not_found` for one that is not dead.
    """
    jobs.retry(principal(), job_id, body["reason"])


@blp.post(f"/{NUMBER}/discard")
@blp.allowed(Verb.DECIDE_JOBS)
@blp.arguments(NoteIn)
@blp.response(204)
@blp.problems(404)
def discard_job(body: dict[str, Any], job_id: int) -> None:
    """Give a dead job up for good.

    What it was to do stays in the audit log. 404 `job_not_found` for one that is not dead.
    """
    jobs.discard(principal(), job_id, body["reason"])
