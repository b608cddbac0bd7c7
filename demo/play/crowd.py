"""`python -m demo play [N]`: so many bookings by several guests at once, each watched to its end."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from random import Random
from typing import Any, TypeVar

import requests

from demo.play.kinds import KINDS, Kind, Played, Table, dealt
from demo.play.market import Market
from demo.story.people import Person
from demo.story.stage import Stage, StepFailed, expect, expect_status, until

AT_ONCE = 4
BOOKINGS_PER_GUEST = 3  # so many holds may a guest have; fewer guests, for hashing a password is dear
BATCH = 100  # so many are played well within the life of a token, and of a hold that is left
PATIENCE = 90.0

T = TypeVar("T")


@dataclass(frozen=True)
class Acted:
    """What was done at which table, or why it could not be done."""

    kind: Kind
    played: tuple[Table, Played] | str


@dataclass(frozen=True)
class Result:
    """`wrong`: why it did not end as it should, empty if it did."""

    kind: Kind
    wrong: str


class Crowd:
    """Guests of one system. Each thread has a guest of its own and a new one after some bookings."""

    def __init__(self, stage: Stage) -> None:
        self._stage, self._market = stage, Market(stage)
        self._here = threading.local()

    def play(self, kinds: Iterator[Kind]) -> Iterator[Result]:
        """A batch acts, then it is watched: what takes the system a while keeps nobody from booking."""
        self._market.open()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            while batch := list(islice(kinds, BATCH)):
                yield from pool.map(_watched, list(pool.map(self._acted, batch)))

    @property
    def taken(self) -> int:
        """How often a room was gone when somebody wanted it."""
        return self._market.taken

    def _acted(self, kind: Kind) -> Acted:
        return Acted(kind, _tried(lambda: self._act(kind)))

    def _act(self, kind: Kind) -> tuple[Table, Played]:
        table = Table(self._stage, self._market, self._guest(), Random())
        return table, kind.act(table)

    def _guest(self) -> Person:
        """This thread's."""
        here = self._here
        if getattr(here, "left", 0) == 0:
            here.guest, here.left = Person.registered(self._stage, "Player"), BOOKINGS_PER_GUEST
        here.left -= 1
        guest: Person = here.guest
        return guest


def _tried(step: Callable[[], T]) -> T | str:
    """What the step returns, or why it failed."""
    try:
        return step()
    except (StepFailed, requests.RequestException) as error:
        return f"{type(error).__name__}: {error}"


def _watched(acted: Acted) -> Result:
    played = acted.played
    wrong = played if isinstance(played, str) else _tried(lambda: _expect_end(acted.kind, *played))
    return Result(acted.kind, wrong or "")


def _expect_end(kind: Kind, table: Table, played: Played) -> None:
    """Raises StepFailed unless the booking ends as it should, and the gateway did what made it this kind."""
    seen: list[tuple[str, str]] = []

    def is_over() -> bool:
        booking = table.guest.booking(played.booking["id"])
        seen[:] = [(booking["status"], booking["payment_status"])]
        return seen[0] == kind.ends

    try:
        until("its end", is_over, PATIENCE)
    except StepFailed as error:
        raise StepFailed(f"{played.booking['reference']} is {' and '.join(seen[0])}") from error
    if played.payment:
        _expect_at_gateway(table.stage, played)


def _expect_at_gateway(stage: Stage, played: Played) -> None:
    """The gateway took what the booking cost, or has given it back, and sent the webhooks that make it this kind."""
    (taken,) = _control(stage, "transactions", played.payment)
    expect(taken["status"] in {"success", "reversed"}, f"{played.payment} is {taken['status']} at the gateway")
    expect(taken["amount"] == played.booking["total_amount"], f"{played.payment} took {taken['amount']} kobo")
    if played.webhooks is not None:
        until(f"webhooks of {played.payment}: {played.webhooks}", lambda: _sent(stage, played) == played.webhooks)


def _sent(stage: Stage, played: Played) -> tuple[str, ...]:
    return tuple(one["state"] for one in _control(stage, "deliveries", played.payment))


def _control(stage: Stage, path: str, reference: str) -> list[dict[str, Any]]:
    answer = requests.get(f"{stage.sandbox}/_control/{path}", {"reference": reference}, timeout=30)
    found: list[dict[str, Any]] = expect_status(answer, 200)
    return found


def play(count: int) -> int:
    """Plays and tells. 0 if every booking ended as it should."""
    began = time.monotonic()
    crowd = Crowd(Stage.from_environment())
    try:
        results = list(crowd.play(dealt(count, Random())))
    except (StepFailed, requests.RequestException) as error:
        print(f"nothing could be played: {error}", flush=True)
        return 1
    wrong = [result for result in results if result.wrong]
    _tell_kinds(results)
    for result in wrong:
        print(f"   {result.kind.name}: {result.wrong}")
    seconds = time.monotonic() - began
    print(f"{count - len(wrong)} of {count} ended as they should in {seconds:.1f} s", end="")
    print(f"; {crowd.taken} times a room was gone and another was chosen" if crowd.taken else "", flush=True)
    return 1 if wrong else 0


def _tell_kinds(results: list[Result]) -> None:
    played = Counter(result.kind for result in results)
    well = Counter(result.kind for result in results if not result.wrong)
    for kind in KINDS:
        if played[kind]:
            mark = "✓" if well[kind] == played[kind] else "✗"
            print(f"{mark} {well[kind]:4} of {played[kind]:<4} {kind.name}: {' and '.join(kind.ends)}")
