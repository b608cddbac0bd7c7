"""What guests asked and what they were told, kept while everything dies around them (the idea is Jepsen's).

Each answer is `ok`, `fail` or `unknown`; an unknown one is asked again with the same key until it is known or patience ends. Afterwards
the books are held against it: what was promised must be so, what was refused must not be, what is unknown may be either, once.
"""

import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import requests

TRIES = 12
SHORTEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.2, 2.0
OURS = frozenset({"book", "start", "cancel", "read", "offers"})
IN_PROGRESS = "request_in_progress"


class Outcome(StrEnum):
    """What the one who asked knows."""

    OK = "ok"
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Answer:
    """One answer to one try. `about`: the booking or payment that was asked about. `key`: what all tries of one wish share."""

    guest: str
    action: str
    about: str
    key: str
    outcome: Outcome
    status: int | None
    body: dict[str, Any]

    @property
    def code(self) -> str:
        """The problem's code, for a refusal."""
        return str(self.body.get("code", ""))


class History:
    """All answers, in the order in which they were heard; any thread may write."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._answers: list[Answer] = []

    def note(self, answer: Answer) -> None:
        with self._lock:
            self._answers.append(answer)

    def of(self, action: str) -> list[Answer]:
        """Every answer to this action, oldest first."""
        with self._lock:
            return [answer for answer in self._answers if answer.action == action]

    def served(self) -> int:
        """How many answers of ours were good ones."""
        with self._lock:
            return sum(answer.outcome is Outcome.OK for answer in self._answers if answer.action in OURS)

    def last_words(self, action: str) -> list[Answer]:
        """The last answer of each wish: what its guest went away with."""
        return list({answer.key: answer for answer in self.of(action)}.values())

    def counted(self) -> str:
        """How often each action ended how, for the one who reads the test's output."""
        with self._lock:
            found = Counter((answer.action, answer.outcome.value) for answer in self._answers)
        return ", ".join(f"{action} {outcome} {times}" for (action, outcome), times in sorted(found.items()))


def judged(answer: requests.Response) -> Outcome:
    """A server's error leaves open what it did; a first request that still runs is no refusal."""
    if answer.status_code >= requests.codes.server_error:
        return Outcome.UNKNOWN
    if answer.ok:
        return Outcome.OK
    return Outcome.UNKNOWN if answer.json().get("code") == IN_PROGRESS else Outcome.FAIL


@dataclass(frozen=True)
class Asker:
    """Puts one guest's questions, and writes down each answer."""

    guest: str
    history: History

    def once(self, action: str, about: str, send: Callable[[], requests.Response], key: str = "") -> Answer:
        """Asks once."""
        try:
            got = send()
            outcome, status = judged(got), got.status_code
            body = got.json() if outcome is not Outcome.UNKNOWN else {}
        except requests.RequestException:
            outcome, status, body = Outcome.UNKNOWN, None, {}
        found = body if isinstance(body, dict) else {"items": body}
        answer = Answer(self.guest, action, about, key or uuid.uuid4().hex, outcome, status, found)
        self.history.note(answer)
        return answer

    def surely(self, action: str, about: str, send: Callable[[str], requests.Response]) -> Answer:
        """Asks with one key until the answer is known, or patience ends."""
        key = uuid.uuid4().hex
        answer = self.once(action, about, lambda: send(key), key)
        for tried in range(TRIES):
            if answer.outcome is not Outcome.UNKNOWN:
                break
            time.sleep(min(LONGEST_PAUSE_SECONDS, SHORTEST_PAUSE_SECONDS * 2**tried))
            answer = self.once(action, about, lambda: send(key), key)
        return answer
