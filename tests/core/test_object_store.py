"""The client of the object store when the store is well, slow, refusing or away."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app.core import object_store
from app.core.db import transaction
from app.core.http_client import FAILURES, NoAnswer, Resting
from app.core.object_store import ObjectChanged, ObjectGone, ObjectTooLong, store
from sandbox.object_store import ObjectStore, mount
from sandbox.server import Sandbox


@pytest.fixture(scope="module")
def mounted(sandbox: Sandbox) -> ObjectStore:
    return mount(sandbox)


@pytest.fixture(autouse=True)
def bucket(application: Any, mounted: ObjectStore) -> Iterator[ObjectStore]:
    mounted.forget()
    store().breaker.succeeded()
    yield mounted
    mounted.world.switches.clear()


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The store has a fifth of a second to answer."""
    monkeypatch.setattr(object_store, "READ_SECONDS", 0.2)
    object_store._store.cache_clear()
    yield
    object_store._store.cache_clear()


def test_what_is_put_is_found_read_and_deleted() -> None:
    store().put("photos/a", b"hello", "image/webp")
    found = store().look("photos/a")
    assert found is not None
    assert found.size == 5
    assert store().read("photos/a", etag=found.etag, most=5) == b"hello"
    store().delete("photos/a")
    assert store().look("photos/a") is None
    store().delete("photos/a")


def test_nothing_else_is_read_than_what_was_looked_at() -> None:
    store().put("a", b"hello", "text/plain")
    found = store().look("a")
    assert found is not None
    store().put("a", b"other", "text/plain")
    with pytest.raises(ObjectChanged):
        store().read("a", etag=found.etag, most=5)
    with pytest.raises(ObjectGone):
        store().read("b", etag=found.etag, most=5)


def test_no_more_is_read_than_wanted(bucket: ObjectStore) -> None:
    store().put("a", bytes(2**20), "text/plain")
    found = store().look("a")
    assert found is not None
    with pytest.raises(ObjectTooLong):
        store().read("a", etag=found.etag, most=2**20 - 1)
    assert len(store().read("a", etag=found.etag, most=2**20)) == 2**20


@pytest.mark.parametrize("fault", ["500", "429", "html_502", "drop"])
def test_a_store_that_does_not_do_its_work_is_away(bucket: ObjectStore, fault: str) -> None:
    store().put("a", b"hello", "text/plain")
    bucket.world.switches.put({"s3": fault})
    calls: tuple[Callable[[], Any], ...] = (
        lambda: store().look("a"),
        lambda: store().read("a", etag='"e"', most=5),
        lambda: store().put("a", b"hello", "text/plain"),
        lambda: store().delete("a"),
    )
    for call in calls:
        with pytest.raises(NoAnswer):
            call()
    assert [row["count"] for row in bucket.world.calls.rows("s3_head", "a")] == [1]


def test_it_is_not_asked_again_within_a_call(bucket: ObjectStore) -> None:
    bucket.world.switches.put({"s3": "500"}, times=1)
    with pytest.raises(NoAnswer):
        store().look("a")
    assert store().look("a") is None


def test_after_repeated_failures_it_rests(bucket: ObjectStore) -> None:
    bucket.world.switches.put({"s3": "500"})
    for _ in range(FAILURES):
        with pytest.raises(NoAnswer):
            store().look("a")
    with pytest.raises(Resting):
        store().look("a")
    assert [row["count"] for row in bucket.world.calls.rows("s3_head", "a")] == [FAILURES]
    assert store().upload_form("a", "image/png", 10, 60).fields["key"] == "a"


def test_what_is_merely_not_there_is_no_failure() -> None:
    for _ in range(FAILURES + 1):
        assert store().look("a") is None
    with pytest.raises(ObjectGone):
        store().read("a", etag='"e"', most=1)


@pytest.mark.usefixtures("impatient")
def test_a_slow_store_is_left_in_time(bucket: ObjectStore) -> None:
    bucket.world.switches.put({"s3": "hang:3"})
    began = time.monotonic()
    with pytest.raises(NoAnswer, match="ReadTimeoutError"):
        store().look("a")
    assert time.monotonic() - began < 2


def test_a_store_that_drips_is_left_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    store().put("a", b"hello", "text/plain")
    found = store().look("a")
    assert found is not None
    monkeypatch.setattr(object_store, "DOWNLOAD_SECONDS", -1)
    with pytest.raises(NoAnswer, match="too long"):
        store().read("a", etag=found.etag, most=5)


def test_nobody_listening_is_away(with_settings: Callable[..., Any]) -> None:
    with_settings(s3_endpoint_url="http://127.0.0.1:1")
    with pytest.raises(NoAnswer, match="EndpointConnectionError"):
        store().look("a")


def test_it_is_never_asked_inside_a_transaction() -> None:
    with transaction(), pytest.raises(RuntimeError, match="inside a transaction"):
        store().look("a")


def test_a_process_makes_its_own_client_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first = store()
    assert store() is first
    monkeypatch.setattr(object_store.os, "getpid", lambda: 1)  # type: ignore[attr-defined]
    assert store() is not first
