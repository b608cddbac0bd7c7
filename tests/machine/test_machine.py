"""A state machine plays guests, gateway, staff, workers and time against the plain model: a few hundred steps, or ten thousand."""

import itertools
import os
import random
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.errors import Flaky, FlakyStrategyDefinition
from hypothesis.stateful import run_state_machine_as_test

from app.bookings.service import confirm
from app.payments.service import owe
from app.rooms import ledger
from sandbox.server import Sandbox
from tests.machine.machine import Machine
from tests.machine.model import EXTENSION, GRACE, HOLD, WARNING
from tests.machine.place import Place

ROOMS = {"Standard": 2, "Deluxe": 2}
# Each takes a guard of the application away: what must not go unnoticed.
MUTATIONS: dict[str, tuple[Any, str, Callable[..., Any]]] = {
    "a refund is forgotten": (owe, "some_of_it", lambda *_args: None),
    "who expires or cancels keeps his rooms": (ledger, "release", lambda *_args: []),
    "a paid booking believes that it still has its rooms": (confirm, "_keep_held", lambda *_args: True),
}
FAST = settings(
    deadline=None,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
    max_examples=8,
    stateful_step_count=50,
)
SLOW = settings(FAST, max_examples=20, stateful_step_count=100)


@pytest.fixture
def house_rules(with_settings: Callable[..., object]) -> None:
    """Holds that end beside the machine's steps of time, and no cap on how much one guest may hold: caps have tests of their own."""
    with_settings(
        hold_seconds=HOLD,
        hold_extension_seconds=EXTENSION,
        hold_grace_seconds=GRACE,
        hold_warning_seconds=WARNING,
        holds_per_guest=1000,
        holds_per_email=1000,
        holds_per_address=1000,
        unpaid_bookings_per_guest=1000,
    )


@pytest.fixture
def machine(application: Flask, sandbox: Sandbox, house_rules: None) -> type[Machine]:
    """The machine in this test's world; its steps are counted from nought."""

    class Here(Machine):
        total_steps = 0
        total_ends = 0
        total_faults = 0

        def __init__(self) -> None:
            super().__init__(Place(application, sandbox, ROOMS))

    return Here


def play(machine: type[Machine], least: int, how: settings, first: int = 0) -> None:
    """So many steps at least, by one seed after the other: the same ones each time, as far as time lets them be.

    Holds end by PostgreSQL's clock, so that a run that begins like another may go on otherwise; hypothesis then gives up, and the next
    seed is played. That something is wrong is never given up.
    """
    for number in itertools.count(first):
        print(f"MACHINE_SEED={number}")  # noqa: T201 - pytest shows it where the test fails
        try:
            run_state_machine_as_test(seed(number)(machine), settings=how)
        except FlakyStrategyDefinition:
            if machine.total_faults:
                raise
        if machine.total_steps >= least:
            return


def test_some_hundred_steps(machine: type[Machine]) -> None:
    play(machine, 300, FAST)
    assert machine.total_steps >= 300
    assert machine.total_ends > 0


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_it_can_fail(machine: type[Machine], mutation: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A control: with a guard gone, the same steps find that something is wrong, whether hypothesis can repeat it or not."""
    monkeypatch.setattr(*MUTATIONS[mutation])
    with pytest.raises((AssertionError, Flaky)):
        play(machine, 300, FAST)
    assert machine.total_faults > 0


@pytest.mark.slow
def test_ten_thousand_steps(machine: type[Machine]) -> None:
    """Others each time; `MACHINE_SEED` repeats those of a run that failed."""
    number = int(os.environ.get("MACHINE_SEED") or random.SystemRandom().randrange(2**32))
    play(machine, 10_000, SLOW, first=number)
    assert machine.total_steps >= 10_000
    assert machine.total_ends > 0
