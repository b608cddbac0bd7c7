"""The one way out to vendors: timeouts always, a log line a call, our errors for theirs, never inside a transaction."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import requests

from app.core.breaker import Breaker
from app.core.db import in_transaction
from app.core.errors import Unavailable
from app.core.logging import logger

log = logger(__name__)

TRANSIENT = frozenset({408, 425, 429})
FAILURES = 5
REST_SECONDS = 30


class NoAnswer(Unavailable):
    """The vendor may or may not have done what was asked: look before you ask again."""

    code = "vendor_unavailable"


class Resting(NoAnswer):
    """Not even tried: the breaker is open after repeated failures."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a vendor said: its HTTP status and its JSON object."""

    status: int
    body: Mapping[str, Any]


class HttpClient:
    """One vendor's door, safe to share between threads. After 5 failures in a row it rests for 30 s, then one probe decides."""

    def __init__(self, vendor: str, base_url: str, headers: Mapping[str, str], timeout: tuple[float, float]) -> None:
        self.vendor, self.base_url, self.timeout = vendor, base_url.rstrip("/"), timeout
        self.session = requests.Session()
        self.session.headers.update(headers)
        self.breaker = Breaker(FAILURES, REST_SECONDS)

    def send(self, method: str, path: str, *, json: Any = None, query: Mapping[str, Any] | None = None) -> Answer:
        """Sends once. Raises NoAnswer for timeouts, lost connections, 429, 5xx and what is not JSON, Resting when nothing was sent;
        RuntimeError inside a transaction.
        """
        if in_transaction():
            raise RuntimeError(f"{self.vendor} may not be called inside a transaction")
        if not self.breaker.admits():
            raise Resting(f"{self.vendor} is resting after repeated failures")
        try:
            answer = self._send(method, path, json, query)
        except BaseException:
            self.breaker.failed()
            raise
        self.breaker.succeeded()
        return answer

    def _send(self, method: str, path: str, json: Any, query: Mapping[str, Any] | None) -> Answer:
        began = time.monotonic()
        status: int | None = None
        try:
            response = self._request(method, path, json, query)
            status = response.status_code
            return _read(self.vendor, response)
        finally:
            elapsed = round((time.monotonic() - began) * 1000)
            log.info("vendor_call", vendor=self.vendor, method=method, path=path, status=status, ms=elapsed)

    def _request(self, method: str, path: str, json: Any, query: Mapping[str, Any] | None) -> requests.Response:
        try:
            return self.session.request(
                method, self.base_url + path, json=json, params=query, timeout=self.timeout, allow_redirects=False
            )
        except requests.RequestException as error:
            raise NoAnswer(f"{self.vendor} did not answer: {type(error).__name__}") from error


def _read(vendor: str, response: requests.Response) -> Answer:
    if response.status_code >= 500 or response.status_code in TRANSIENT:
        raise NoAnswer(f"{vendor} answered {response.status_code}")
    try:
        body = orjson.loads(response.content)
    except orjson.JSONDecodeError as error:
        raise NoAnswer(f"{vendor} answered {response.status_code} without JSON") from error
    if not isinstance(body, dict):
        raise NoAnswer(f"{vendor} answered no object")
    return Answer(response.status_code, body)
