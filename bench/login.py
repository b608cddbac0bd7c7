"""A flood of wrong passwords, and what people who have the right one and people who search notice of it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from sqlalchemy import insert

from app.auth import passwords
from app.auth.models import User
from app.config import Settings
from app.core import db
from app.core.columns import new_id
from bench.login_load import Answer, Asker, Stream, play
from bench.rounds import percentile, say, side_by_side
from runner.system import System

# The bench is the proxy that is believed: each of its clients has an address of its own.
SETTINGS = {"TRUSTED_PROXIES": "1", "SEARCH_CACHE_SECONDS": "0"}
BOOT_PATIENCE = 180.0
ACCOUNTS, KNOWN = 3000, 30
PASSWORD = "the right one of the bench"  # noqa: S105
SECONDS = 15.0
FLOOD, LOGINS, NEWCOMERS, SEARCHES = 50.0, 2.0, 0.5, 10.0  # a second

Heard = Mapping[str, Sequence[Answer]]


def run() -> dict[str, Any]:
    """Milliseconds beside the quiet; how many were let in; what the flood was answered."""
    say(f"login: {FLOOD:.0f} wrong passwords a second, and none")
    with _system() as api:
        asker = Asker(api, PASSWORD)
        for number in range(KNOWN):
            asker.log_in(number, _home(number))
        people = {
            "logins": Stream(LOGINS, partial(_known, asker)),
            "newcomers": Stream(NEWCOMERS, partial(_newcomer, asker)),
            "searches": Stream(SEARCHES, asker.search),
        }
        flood = people | {"flood": Stream(FLOOD, partial(_guess, asker))}
        contenders = {"quiet": lambda: _Round(play(people, SECONDS)), "flood": lambda: _Round(play(flood, SECONDS))}
        played = side_by_side(contenders)
    return {name: _told([one.heard for one in rounds]) for name, rounds in played.items()}


class _Round:
    """What was heard; shown as the slowest answer of each kind."""

    def __init__(self, heard: Heard) -> None:
        self.heard = heard

    def __str__(self) -> str:
        return ", ".join(f"{name} {_ms(answers, 0.99)} ms" for name, answers in self.heard.items())


def _known(asker: Asker, number: int) -> Answer:
    """Somebody logs in from where he always does."""
    return asker.log_in(number % KNOWN, _home(number % KNOWN))


def _newcomer(asker: Asker, number: int) -> Answer:
    """Somebody logs in from where he never was, and comes back as long as he is told to."""
    return asker.log_in_patiently(KNOWN + number % (ACCOUNTS - KNOWN), f"198.18.{number // 250 % 250}.{number % 250}")


def _guess(asker: Asker, number: int) -> Answer:
    """A wrong password for an account that there is or is not, each from another address."""
    return asker.guess(
        number * 7 % (2 * ACCOUNTS), f"100.{64 + number // 62500 % 64}.{number // 250 % 250}.{number % 250}"
    )


def _home(number: int) -> str:
    return f"192.0.2.{number}"


def _told(rounds: Sequence[Heard]) -> dict[str, Any]:
    """Of all rounds together."""
    told: dict[str, Any] = {}
    for name in rounds[0]:
        answers = [answer for heard in rounds for answer in heard[name]]
        figures = {"answers": dict(sorted(Counter(answer.status for answer in answers).items()))}
        told[name] = (
            figures if name == "flood" else {"p50_ms": _ms(answers, 0.5), "p99_ms": _ms(answers, 0.99)} | figures
        )
    return told


def _ms(answers: Sequence[Answer], share: float) -> float:
    return round(percentile([answer.seconds for answer in answers], share) * 1000, 1)


@contextmanager
def _system() -> Iterator[str]:
    """A web server, its database and Redis, with the sample world and many accounts. Yields where the API answers."""
    system = System("bench-login", persistent=False, durable=True, overrides=SETTINGS, programs=("web",))
    try:
        system.start_servers()
        system.migrate()
        system.load_demo("full")
        told = system.settings()
        db.connect(Settings(process="cli", database_url=told["DATABASE_URL"], redis_url=told["REDIS_URL"]))
        _open_accounts()
        system.start_processes()
        system.wait_ready(BOOT_PATIENCE)
        yield f"{told['PUBLIC_API_URL']}/api/v1"
    finally:
        system.destroy()


def _open_accounts() -> None:
    """One password for all, so that it is hashed once."""
    password_hash = passwords.hash_of(PASSWORD)
    people = [
        {"id": new_id(), "email": f"person{number}@example.com", "full_name": "Person", "password_hash": password_hash}
        for number in range(ACCOUNTS)
    ]
    with db.transaction() as session:
        session.execute(insert(User), people)
