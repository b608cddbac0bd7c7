"""What was searched is written down: behind the answers, together, and never in their way."""

import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select, text

from app.core.db import reading, transaction
from app.search import funnel
from app.search.models import SearchLog
from tests import factories
from tests.api import Api
from tests.search.asking import found, search

MUCH_LATER = 60


@pytest.fixture
def by_hand(monkeypatch: pytest.MonkeyPatch, with_settings: Callable[..., Any]) -> Iterator[list[float]]:
    """Searches wait until the test has them written; the seconds after which timers would have done it."""
    begun: list[float] = []

    class Timer:
        daemon: bool

        def __init__(self, seconds: float, _write: Callable[[], None]) -> None:
            begun.append(seconds)

        def start(self) -> None:
            """Never fires."""
            assert not self.daemon

    monkeypatch.setattr(threading, "Timer", Timer)
    with_settings(search_log_seconds=MUCH_LATER)
    yield begun
    funnel.write()


def logged() -> list[str]:
    with reading() as session:
        return [str(row) for row in session.scalars(select(SearchLog.id).order_by(SearchLog.id))]


def test_searches_are_written_together_by_one_statement(
    api: Api, by_hand: list[float], count_statements: Callable[[], Any]
) -> None:
    factories.hotel()
    with count_statements() as asked:
        told = [search(api).json["search_id"] for _ in range(5)]
    assert (len(asked), logged(), by_hand) == (5, [], [MUCH_LATER])
    with count_statements() as written:
        funnel.write()
    assert (len(written), logged()) == (1, sorted(told))


def test_the_next_search_starts_the_next_timer(api: Api, by_hand: list[float]) -> None:
    search(api)
    funnel.write()
    search(api)
    assert (len(logged()), by_hand) == (1, [MUCH_LATER, MUCH_LATER])


def test_a_timer_writes_by_itself(api: Api, with_settings: Callable[..., Any]) -> None:
    with_settings(search_log_seconds=0.05)
    told = search(api).json["search_id"]
    for timer in [thread for thread in threading.enumerate() if isinstance(thread, threading.Timer)]:
        timer.join(10)
    assert logged() == [told]


def test_without_a_thread_to_be_had_it_is_written_at_once(
    api: Api, with_settings: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Timer, "start", refuse)
    with_settings(search_log_seconds=MUCH_LATER)
    assert [search(api).json["search_id"] for _ in range(2)] == logged()


def test_no_more_wait_than_memory_is_meant_for(api: Api, by_hand: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(funnel, "MOST_WAITING", 2)
    told = [search(api).json["search_id"] for _ in range(3)]
    funnel.write()
    assert logged() == told[:2]


def test_what_cannot_be_written_is_dropped_and_told(
    api: Api, by_hand: list[float], caplog: pytest.LogCaptureFixture
) -> None:
    factories.hotel(name="Near")
    assert found(search(api)) == ["Near"]
    with transaction() as session:
        session.execute(text("ALTER TABLE search_log RENAME TO search_log_away"))
    try:
        with caplog.at_level(logging.WARNING):
            funnel.write()
    finally:
        with transaction() as session:
            session.execute(text("ALTER TABLE search_log_away RENAME TO search_log"))
    funnel.write()
    assert logged() == []
    assert "searches_not_logged" in caplog.text
