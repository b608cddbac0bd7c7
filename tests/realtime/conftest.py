"""A realtime process for the tests that share one, on the database of the run."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask

from app.realtime.emitter import Emitter
from tests.conftest import REDIS_URL
from tests.factories import HotelForTests, Person, hotel, member
from tests.realtime.clients import log_in
from tests.realtime.processes import Realtime, running, wait_until


@pytest.fixture(scope="session")
def shared_realtime(application: Flask, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Realtime]:
    log = tmp_path_factory.mktemp("realtime") / "realtime.log"
    with running(log, f"test:{uuid.uuid4().hex}:") as realtime:
        yield realtime


@pytest.fixture
def realtime(emptied: None, shared_realtime: Realtime) -> Realtime:
    """A running process that has no socket open."""
    wait_until(lambda: shared_realtime.open_sockets() == 0)
    return shared_realtime


@pytest.fixture
def emitter(realtime: Realtime) -> Emitter:
    """The relay's mouth, in a process other than the server's."""
    return Emitter(REDIS_URL, realtime.prefix)


@dataclass(frozen=True)
class Staffed:
    """A hotel, one of its people and his access token."""

    hotel: HotelForTests
    person: Person
    token: str


@pytest.fixture
def staffed(realtime: Realtime) -> Staffed:
    place = hotel()
    someone = member(place.id)
    return Staffed(place, someone, log_in(someone).tokens.access_token)


@pytest.fixture
def short_token(with_settings: Callable[..., Any]) -> Callable[[Person, int], str]:
    """`short_token(person, 3)`: an access token that lives so many seconds."""

    def make(person: Person, seconds: int) -> str:
        with_settings(access_token_seconds=seconds)
        return log_in(person).tokens.access_token

    return make
