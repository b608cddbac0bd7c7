"""The wrapper around every job: claims, runs with typed parameters, and says in the row how it ended."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import pytest
from prometheus_client import REGISTRY

from app.core import db, logging
from app.core.jobs import Job, Queue
from tests.workers import effects
from tests.workers.jobs_for_tests import AWAY, BROKEN, NOTE, REFUSED, TYPED
from tests.workers.rows import change, count, living, promise
from workers.binding import BINDINGS, run_row, runs


@pytest.fixture(autouse=True)
def effects_table(application: object) -> Iterator[None]:
    effects.prepare()
    yield
    with db.transaction() as session:
        session.connection().exec_driver_sql("TRUNCATE effects")


def measured(job: str, outcome: str) -> float:
    return REGISTRY.get_sample_value("smartstay_job_seconds_count", {"job": job, "outcome": outcome}) or 0


def test_a_done_job_leaves_its_effect_and_no_row() -> None:
    before = measured("tests.note", "done")
    run_row(promise(NOTE, word="a"))
    assert effects.words() == ["a"]
    assert count() == 0
    assert measured("tests.note", "done") - before == 1


def test_the_request_id_travels_from_the_request_to_the_job() -> None:
    with logging.context(request_id="req-7"):
        row_id = promise(NOTE, word="a")
    run_row(row_id)
    assert effects.origins() == ["req-7"]


def test_parameters_come_back_as_what_they_were() -> None:
    run_row(promise(TYPED, booking_id=uuid4(), number=3, word="x"))
    assert effects.words() == ["UUID int str"]


def test_copies_of_a_message_do_nothing() -> None:
    row_id = promise(NOTE, word="a")
    for _ in range(4):
        run_row(row_id)
    assert effects.words() == ["a"]


def test_what_is_away_costs_nothing_and_is_waited_for_as_long_as_it_says() -> None:
    before = measured("tests.away", "put_off")
    row_id = promise(AWAY)
    run_row(row_id)
    kept = living(row_id)
    assert (kept["attempts"], kept["last_error"]) == (0, "Unavailable: The vendor is away")
    assert 6.5 < kept["due_in"] <= 7
    assert measured("tests.away", "put_off") - before == 1


def test_an_expected_refusal_ends_the_job() -> None:
    before = measured("tests.refused", "refused")
    run_row(promise(REFUSED))
    assert count() == 0
    assert measured("tests.refused", "refused") - before == 1


def test_a_bug_is_recorded_and_raised() -> None:
    before = measured("tests.broken", "failed")
    row_id = promise(BROKEN)
    with pytest.raises(ValueError, match="a bug"):
        run_row(row_id)
    kept = living(row_id)
    assert (kept["attempts"], kept["dead_at"], kept["last_error"]) == (1, None, "ValueError: a bug")
    assert measured("tests.broken", "failed") - before == 1


def test_a_payload_that_does_not_fit_is_a_bug() -> None:
    row_id = promise(NOTE, other="a")
    with pytest.raises(KeyError):
        run_row(row_id)
    assert living(row_id)["attempts"] == 1


def test_a_row_whose_job_is_unknown_is_a_bug() -> None:
    row_id = promise(NOTE, word="a")
    change(row_id, "name = 'gone.job'")
    with pytest.raises(KeyError):
        run_row(row_id)
    assert living(row_id)["last_error"] == "KeyError: 'gone.job'"


def test_a_job_has_one_body() -> None:
    with pytest.raises(ValueError, match=r"tests\.note has a body already"):
        runs(NOTE)(lambda: None)


def test_a_body_takes_ids_numbers_and_words_alone() -> None:
    def body(booking: dict[str, UUID]) -> None:
        """Objects do not travel."""

    with pytest.raises(KeyError):
        runs(Job("tests.unfit", Queue.BULK, limit=1))(body)
    assert "tests.unfit" not in BINDINGS
