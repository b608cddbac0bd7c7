"""Commands that work on the system of `./dev up`, or are passed on to another package."""

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from runner.claim import holder
from runner.commands.up import NAME, new_system
from runner.console import RunnerError, say
from runner.environment import DATABASE, surroundings
from runner.interruption import left_to_the_child, run_in_foreground
from runner.paths import LOCAL, ROOT
from runner.postgres import program

USAGE_EXIT = 2


def watch(arguments: list[str]) -> int:
    return _python("-m", "demo", "watch", *arguments, environment=_environment_of_up())


def play(arguments: list[str]) -> int:
    return _python("-m", "demo", "play", *arguments, environment=_environment_of_up())


def audit(arguments: list[str]) -> int:
    """Of a running system alone: where no sweep runs, holds outlive their release. The exit status is 0 when nothing is found."""
    _require("wsgi.py")
    return _python("-m", "flask", "--app", "wsgi", "audit", *arguments, environment=_environment_of_up())


def token(arguments: list[str]) -> int:
    if len(arguments) != 1:
        say("usage: ./dev token ROLE")
        return USAGE_EXIT
    return _python("-m", "demo", "token", *arguments, environment=_environment_of_up())


def flask(arguments: list[str]) -> int:
    _require("wsgi.py")
    with _up_or_its_servers() as environment, left_to_the_child():
        return _python("-m", "flask", "--app", "wsgi", *arguments, environment=environment)


def psql(arguments: list[str]) -> int:
    with _up_or_its_servers() as environment, left_to_the_child():
        url = environment["DATABASE_URL"].replace("postgresql+psycopg", "postgresql", 1)
        return run_in_foreground([str(program("psql")), url, *arguments], environment)


def redis(arguments: list[str]) -> int:
    with _up_or_its_servers() as environment, left_to_the_child():
        return run_in_foreground(["redis-cli", "-u", environment["REDIS_URL"], *arguments], environment)


def _python(*arguments: str, environment: Mapping[str, str]) -> int:
    return run_in_foreground([sys.executable, *arguments], environment)


def _require(path: str) -> None:
    if not (ROOT / path).exists():
        raise RunnerError(f"this checkout has no {path}")


def _environment_of_up() -> dict[str, str]:
    """Raises RunnerError when `./dev up` is not running, or still starting."""
    written = LOCAL / NAME / "environment.json"
    if holder(NAME) is None or not written.exists():
        raise RunnerError("./dev up is not running; start it in another terminal")
    settings: dict[str, str] = json.loads(written.read_text())
    return surroundings() | settings


@contextmanager
def _up_or_its_servers() -> Iterator[dict[str, str]]:
    """The environment of a running `./dev up`; when none runs, its servers alone are started for as long as needed."""
    if holder(NAME) is not None:
        yield _environment_of_up()
        return
    say(f"./dev up is not running: starting its PostgreSQL and Redis for this command (database {DATABASE})")
    system = new_system()
    try:
        system.start_servers()
        yield system.environment()
    finally:
        system.stop()
