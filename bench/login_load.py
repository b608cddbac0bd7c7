"""Streams of requests at a pace of their own: each begins when its time has come, whether the one before was answered or not."""

import http.client
import itertools
import json
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from bench.search_questions import NEAR
from bench.search_sql import random_points

THREADS = 300
PATIENCE = 60.0
BUSY = 503


@dataclass(frozen=True)
class Answer:
    """`status`: 0 when none came. `seconds`: from when it should have been asked. `retry_after`: seconds, where it was told."""

    status: int
    seconds: float
    retry_after: float = 0.0


@dataclass(frozen=True)
class Stream:
    """So many a second; `ask` gets the number of the request."""

    per_second: float
    ask: Callable[[int], Answer]


_numbers = itertools.count()


def play(streams: Mapping[str, Stream], seconds: float) -> dict[str, list[Answer]]:
    """All streams for so long; every answer is waited for."""
    with ThreadPoolExecutor(THREADS) as hands, ThreadPoolExecutor(len(streams)) as pacers:
        paced = {name: pacers.submit(_pace, stream, seconds, hands) for name, stream in streams.items()}
        return {name: [answer.result() for answer in asked.result()] for name, asked in paced.items()}


def _pace(stream: Stream, seconds: float, hands: ThreadPoolExecutor) -> list["Future[Answer]"]:
    began, asked = time.monotonic(), []
    for nth in range(int(seconds * stream.per_second)):
        due = began + nth / stream.per_second
        time.sleep(max(0.0, due - time.monotonic()))
        asked.append(hands.submit(_on_time, stream.ask, next(_numbers), due))
    return asked


def _on_time(ask: Callable[[int], Answer], number: int, due: float) -> Answer:
    """What waited for one of our threads is told as waiting, too."""
    answer = ask(number)
    return replace(answer, seconds=time.monotonic() - due)


class Asker:
    """The API's clients, each thread with a connection of its own."""

    def __init__(self, api: str, password: str) -> None:
        self._place, self._password = urlsplit(api), password
        self._paths = NEAR.paths(random_points(1000))
        self._here = threading.local()

    def log_in(self, person: int, address: str) -> Answer:
        return self._post(person, self._password, address)

    def log_in_patiently(self, person: int, address: str) -> Answer:
        """Comes back when it is told to, for a minute."""
        deadline = time.monotonic() + PATIENCE
        answer = self.log_in(person, address)
        while answer.status == BUSY and time.monotonic() < deadline:
            time.sleep(answer.retry_after)
            answer = self.log_in(person, address)
        return answer

    def guess(self, person: int, address: str) -> Answer:
        return self._post(person, "a wrong password", address)

    def search(self, number: int) -> Answer:
        return self._ask("GET", self._paths[number % len(self._paths)], None, {})

    def _post(self, person: int, password: str, address: str) -> Answer:
        body = json.dumps({"email": f"person{person}@example.com", "password": password})
        headers = {"Content-Type": "application/json", "X-Forwarded-For": address}
        return self._ask("POST", f"{self._place.path}/auth/login", body, headers)

    def _ask(self, method: str, path: str, body: str | None, headers: dict[str, str]) -> Answer:
        connection = self._connection()
        try:
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            answer.read()
        except OSError:
            connection.close()
            return Answer(0, 0.0)
        return Answer(answer.status, 0.0, float(answer.headers.get("Retry-After", 0)))

    def _connection(self) -> http.client.HTTPConnection:
        if not hasattr(self._here, "connection"):
            self._here.connection = http.client.HTTPConnection(self._place.netloc, timeout=PATIENCE)
        connection: http.client.HTTPConnection = self._here.connection
        return connection
