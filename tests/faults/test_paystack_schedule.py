"""Case 38: how long a payment that nobody tells us about can stay unseen, by the settings as they are delivered."""

from app.payments import paystack
from app.payments.service import watch
from celeryconfig import beat_schedule
from tests.api import Api
from tests.job_queue import run_due_jobs
from tests.payments.stage import Stage, rows, run

TICK_SECONDS = float(beat_schedule["payments.recheck"]["schedule"])
LONGEST_SECONDS = 60.0
NEXT = "(SELECT id, extract(epoch FROM next_check_at - clock_timestamp())::float AS seconds FROM payments) AS p"
PASS = """
UPDATE payments SET created_at = created_at - make_interval(secs => :seconds),
  next_check_at = next_check_at - make_interval(secs => :seconds)
"""


def test_case_38_while_the_hold_lives_two_looks_are_never_more_than_a_minute_apart(api: Api) -> None:
    paystack._client.cache_clear()
    stage = Stage(api)
    stage.started()
    held = (stage.booking["release_at"] - stage.payment["created_at"]).total_seconds()
    age, gaps = 0.0, list[float]()
    while age < held:
        gaps.append(next_look())
        age += gaps[-1]
    assert held >= 900
    assert len(gaps) > held / LONGEST_SECONDS
    assert max(gaps) <= LONGEST_SECONDS


def next_look() -> float:
    """Time passes until the payment is asked about. The seconds that this can take: a tick may just have missed it."""
    (waits,) = rows(NEXT)
    run(PASS, seconds=waits["seconds"])
    assert watch.recheck() == 1
    run_due_jobs()
    return float(waits["seconds"]) + TICK_SECONDS
