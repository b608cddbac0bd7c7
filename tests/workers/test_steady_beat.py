"""Case 72 for beat: no tick is missed when its clock steps back. The clock is the schedule's `now`, the file is the real one."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from celery.beat import PersistentScheduler

import celeryconfig
from workers.celery_app import celery_app
from workers.steady_beat import SteadyScheduler

STEP = timedelta(minutes=5)
OFTEN = {"holds.expire", "holds.warn"}


class Recorded:
    """Notes what would be sent, instead of sending it: no broker is needed."""

    producer = None

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self.sent: list[str] = []
        super().__init__(*args, **kwargs)

    def apply_entry(self, entry: Any, producer: object = None) -> None:
        self.sent.append(entry.name)


class Steady(Recorded, SteadyScheduler):
    pass


class Ours(Recorded, PersistentScheduler):  # type: ignore[misc]
    """What Celery would do."""


class Clock:
    """The application's `now`, so much ahead of the machine's."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.ahead, self._now = timedelta(), celery_app.now
        patch.setattr(celery_app, "now", self.now)

    def now(self) -> datetime:
        told: datetime = self._now() + self.ahead
        return told


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def looked(beat: Any, clock: Clock, seconds: int) -> list[str]:
    """What is sent while so many seconds pass."""
    beat.sent.clear()
    for _ in range(seconds):
        clock.ahead += timedelta(seconds=1)
        while beat.tick() == 0:
            pass
    return list(beat.sent)


def opened(kind: type[Any], folder: Path) -> Any:
    return kind(celery_app, schedule_filename=str(folder / "schedule"))


@pytest.mark.parametrize(("kind", "expected"), [(Steady, OFTEN), (Ours, set())])
def test_case_72_the_clock_is_set_back_while_beat_runs(
    clock: Clock, tmp_path: Path, kind: type[Any], expected: set[str]
) -> None:
    beat = opened(kind, tmp_path)
    assert set(looked(beat, clock, 3)) >= OFTEN
    clock.ahead += STEP
    assert set(looked(beat, clock, 3)) >= OFTEN
    clock.ahead -= STEP
    assert set(looked(beat, clock, 3)) & OFTEN == expected
    beat.close()


@pytest.mark.parametrize(("kind", "expected"), [(Steady, OFTEN), (Ours, set())])
def test_case_72_beat_follows_one_whose_clock_was_ahead(
    clock: Clock, tmp_path: Path, kind: type[Any], expected: set[str]
) -> None:
    clock.ahead = STEP
    first = opened(kind, tmp_path)
    assert set(looked(first, clock, 3)) >= OFTEN
    first.close()
    clock.ahead = timedelta()
    second = opened(kind, tmp_path)
    assert set(looked(second, clock, 3)) & OFTEN == expected
    second.close()


def test_no_tick_comes_early(clock: Clock, tmp_path: Path) -> None:
    beat = opened(Steady, tmp_path)
    sent = looked(beat, clock, 10)
    assert {name: sent.count(name) for name in OFTEN} == dict.fromkeys(OFTEN, 10)
    assert sent.count("payments.recheck") == 2
    beat.close()


def test_beat_uses_it() -> None:
    assert celeryconfig.beat_scheduler == f"{SteadyScheduler.__module__}:{SteadyScheduler.__name__}"
