"""A job's row through its life: one run at a time, deleted when done, put off at no cost, dead when used up."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from app.core import db, job_runs
from app.core.errors import Conflict, Unavailable
from tests.workers.jobs_for_tests import AWAY, BROKEN, NOTE
from tests.workers.rows import change, count, living, promise, row

pytestmark = pytest.mark.usefixtures("application")


def claimed(row_id: int) -> job_runs.Claim:
    found = job_runs.claim(row_id)
    assert found is not None
    return found


def test_a_claim_counts_an_attempt_and_reserves_the_limit_and_two_seconds() -> None:
    row_id = promise(NOTE, word="a")
    change(row_id, "sent_until = clock_timestamp() + interval '5 s', request_id = 'req-1'")
    claim = claimed(row_id)
    assert (claim.name, claim.payload, claim.request_id, claim.attempts) == ("tests.note", {"word": "a"}, "req-1", 1)
    kept = living(row_id)
    assert kept["attempts"] == 1
    assert kept["sent_until"] is None
    assert 6 < kept["run_for"] <= 7


def test_of_four_claims_at_once_one_holds() -> None:
    row_id = promise(NOTE, word="a")
    with ThreadPoolExecutor(4) as pool:
        claims = list(pool.map(lambda _: job_runs.claim(row_id), range(4)))
    assert sum(claim is not None for claim in claims) == 1
    assert living(row_id)["attempts"] == 1


@pytest.mark.parametrize(
    "state",
    [
        "due_at = clock_timestamp() + interval '1 s'",
        "run_until = clock_timestamp() + interval '1 s'",
        "attempts = max_attempts",
        "dead_at = clock_timestamp()",
        "kind = 'event'",
    ],
)
def test_what_may_not_run_is_not_claimed(state: str) -> None:
    row_id = promise(NOTE, word="a")
    change(row_id, state)
    before = living(row_id)["attempts"]
    assert job_runs.claim(row_id) is None
    assert living(row_id)["attempts"] == before


def test_a_run_that_never_ended_is_claimed_anew() -> None:
    row_id = promise(NOTE, word="a")
    claimed(row_id)
    change(row_id, "run_until = clock_timestamp()")
    assert claimed(row_id).attempts == 2


def test_finish_deletes_the_row() -> None:
    row_id = promise(NOTE, word="a")
    assert job_runs.finish(claimed(row_id))
    assert count() == 0


def test_a_run_taken_over_ends_nothing() -> None:
    row_id = promise(NOTE, word="a")
    first = claimed(row_id)
    change(row_id, "run_until = clock_timestamp()")
    claimed(row_id)
    before = living(row_id)["run_until"]
    assert not job_runs.finish(first)
    assert not job_runs.fail(first, ValueError("late"))
    assert not job_runs.give_back(first, Unavailable())
    kept = living(row_id)
    assert (kept["attempts"], kept["run_until"], kept["last_error"]) == (2, before, None)


def test_absence_costs_no_attempt() -> None:
    row_id = promise(AWAY)
    assert not job_runs.give_back(claimed(row_id), Unavailable("Paystack is away"), at_least=7)
    kept = living(row_id)
    assert (kept["attempts"], kept["run_until"], kept["dead_at"]) == (0, None, None)
    assert kept["last_error"] == "Unavailable: Paystack is away"
    assert 6.5 < kept["due_in"] <= 7


@pytest.mark.parametrize(("age", "wait"), [(1, 1), (20, 10), (59, 29.5)])
def test_the_wait_is_half_the_age(age: float, wait: float) -> None:
    row_id = promise(AWAY)
    change(row_id, f"created_at = clock_timestamp() - interval '{age} s', last_error = 'earlier'")
    job_runs.give_back(claimed(row_id), Unavailable())
    assert wait - 0.5 < living(row_id)["due_in"] < wait + 0.5


def test_the_wait_is_five_minutes_at_most() -> None:
    row_id = promise(NOTE, word="a")
    change(row_id, "created_at = clock_timestamp() - interval '10 h', last_error = 'earlier'")
    job_runs.give_back(claimed(row_id), Unavailable())
    assert 299 < living(row_id)["due_in"] <= 300


def test_who_waited_longer_than_it_may_is_dead() -> None:
    row_id = promise(AWAY)
    change(row_id, "created_at = clock_timestamp() - interval '61 s', last_error = 'earlier'")
    assert job_runs.give_back(claimed(row_id), Unavailable())
    assert living(row_id)["dead_at"] is not None
    assert job_runs.claim(row_id) is None


def test_age_counts_from_the_first_due_time() -> None:
    row_id = promise(AWAY)
    change(row_id, "created_at = clock_timestamp() - interval '1 h'")
    assert not job_runs.give_back(claimed(row_id), Unavailable())
    assert living(row_id)["due_in"] <= 1


def test_a_bug_uses_attempts_until_the_job_is_dead() -> None:
    row_id = promise(BROKEN)
    assert not job_runs.fail(claimed(row_id), ValueError("first\nrow values"))
    kept = living(row_id)
    assert (kept["attempts"], kept["run_until"], kept["last_error"]) == (1, None, "ValueError: first")
    assert 1.5 < kept["due_in"] <= 2
    change(row_id, "due_at = clock_timestamp()")
    assert job_runs.fail(claimed(row_id), ValueError("second"))
    kept = living(row_id)
    assert (kept["attempts"], kept["last_error"]) == (2, "ValueError: second")
    assert kept["dead_at"] is not None


def dead_job() -> int:
    row_id = promise(BROKEN)
    change(row_id, "attempts = 2, dead_at = clock_timestamp(), last_error = 'ValueError: x'")
    return row_id


def test_a_person_sees_dead_jobs_page_by_page() -> None:
    promise(NOTE, word="alive")
    first, second = dead_job(), dead_job()
    with db.reading() as session:
        page = job_runs.page_dead(session, limit=1)
        rest = job_runs.page_dead(session, after=page[0]["id"])
    assert [dead["id"] for dead in page] == [first]
    assert [(dead["id"], dead["name"], dead["attempts"]) for dead in rest] == [(second, "tests.broken", 2)]


def test_a_dead_job_is_retried_with_all_its_attempts() -> None:
    row_id = dead_job()
    change(row_id, "created_at = clock_timestamp() - interval '80 h'")
    with db.transaction() as session:
        job_runs.retry(session, row_id)
    assert claimed(row_id).attempts == 1


def test_a_retried_job_may_wait_as_long_as_a_new_one() -> None:
    row_id = dead_job()
    change(row_id, "created_at = clock_timestamp() - interval '80 h'")
    with db.transaction() as session:
        job_runs.retry(session, row_id)
    assert not job_runs.give_back(claimed(row_id), Unavailable())


def test_a_dead_job_is_discarded() -> None:
    row_id = dead_job()
    with db.transaction() as session:
        job_runs.discard(session, row_id)
    assert row(row_id) is None


@pytest.mark.parametrize("verb", [job_runs.retry, job_runs.discard])
def test_the_living_are_neither_retried_nor_discarded(verb: Any) -> None:
    row_id = promise(NOTE, word="a")
    change(row_id, "attempts = 1")
    with pytest.raises(job_runs.JobNotFound), db.transaction() as session:
        verb(session, row_id)
    assert living(row_id)["attempts"] == 1


def test_errors_of_others_are_told_by_their_class() -> None:
    row_id = promise(NOTE, word="a")
    job_runs.fail(claimed(row_id), Conflict("no"))
    assert living(row_id)["last_error"] == "Conflict: no"
