"""Where the story plays: the running system as its users reach it, and how long they wait for it."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import redis
import requests

from app.config import settings

T = TypeVar("T")

PATIENCE = 30.0


class StepFailed(AssertionError):
    """Something did not happen as the story tells it."""


@dataclass(frozen=True)
class Stage:
    """Addresses of the system; `redis_url` only to look whether room locks are gone."""

    api: str
    realtime: str
    sandbox: str
    redis_url: str
    hold_seconds: float

    @classmethod
    def from_environment(cls) -> "Stage":
        return cls(
            api=os.environ["PUBLIC_API_URL"] + "/api/v1",
            realtime=os.environ["PUBLIC_REALTIME_URL"],
            sandbox=os.environ["SANDBOX_URL"],
            redis_url=os.environ["REDIS_URL"],
            hold_seconds=float(settings().hold_seconds),
        )

    def room_locks(self) -> list[str]:
        """The names of all room lock keys that live now."""
        client = redis.Redis.from_url(self.redis_url, decode_responses=True)
        return list(client.scan_iter("*room_lock:*"))

    def mails(self, to: str) -> list[dict[str, Any]]:
        """What the mailbox holds for an address, newest last."""
        found: list[dict[str, Any]] = requests.get(f"{self.sandbox}/_control/mail", {"to": to}, timeout=10).json()
        return found


def expect(holds: object, otherwise: str) -> None:
    """Raises StepFailed with the sentence unless it holds."""
    if not holds:
        raise StepFailed(otherwise)


def expect_status(answer: requests.Response, status: int) -> Any:
    """The answer's JSON, if its status is the expected one."""
    expect(answer.status_code == status, f"expected {status}, got {answer.status_code}: {answer.text[:300]}")
    return answer.json()


def until(what: str, look: Callable[[], T | None], patience: float = PATIENCE) -> T:
    """Looks until something true is seen, and returns it."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if seen := look():
            return seen
        time.sleep(0.05)
    raise StepFailed(f"{what}: not seen within {patience:.0f} s")
