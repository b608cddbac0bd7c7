"""Case 72, where beat's clock and its worker's differ: no tick looks too old, none waits for a clock to come round again."""

from contextlib import closing
from pathlib import Path

import pytest

from demo.story.people import Person, Socket
from tests.faults.clock import ahead, assert_lapses_in_time
from tests.faults.running import Running

pytestmark = [pytest.mark.timeout(300), pytest.mark.slow]


def test_case_72_ticks_of_another_host_are_not_too_old(running: Running, tmp_path: Path) -> None:
    """Beat's clock is right and the worker's is ahead: its ticks do not look stale to it."""
    guest = Person.registered(running.stage)
    with ahead(running, tmp_path, "worker-ticks"), closing(Socket(guest)) as phone:
        assert_lapses_in_time(running, running.book(guest), phone)


def test_case_72_beat_goes_on_when_its_clock_is_set_right(running: Running, tmp_path: Path) -> None:
    """What it remembers of the time when it was ahead lies in the future."""
    guest = Person.registered(running.stage)
    with closing(Socket(guest)) as phone:
        with ahead(running, tmp_path, "beat"):
            assert_lapses_in_time(running, running.book(guest), phone)
        assert_lapses_in_time(running, running.book(guest), phone)
