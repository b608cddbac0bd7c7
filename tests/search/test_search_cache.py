"""Answers kept for some seconds, with Redis and without."""

import time
from collections.abc import Callable
from typing import Any

from app.core import redis_client
from tests import factories
from tests.api import Api
from tests.search.asking import found, hold, search

NOWHERE = "redis://127.0.0.1:1/0"


def test_without_a_cache_every_answer_is_computed(api: Api, count_statements: Callable[[], Any]) -> None:
    factories.hotel()
    for _ in range(2):
        with count_statements() as statements:
            answer = search(api)
        assert (len(statements), answer.headers["Age"]) == (2, "0")


def test_a_kept_answer_costs_only_its_log_line(
    api: Api, with_settings: Callable[..., Any], count_statements: Callable[[], Any]
) -> None:
    with_settings(search_cache_seconds=10)
    hotel = factories.hotel(name="Near")
    first = search(api)
    hold(hotel.only.rooms[0])
    with count_statements() as statements:
        second = search(api)
    assert (len(statements), found(second)) == (1, ["Near"])
    assert "INSERT INTO search_log" in statements.texts[0]
    assert (first.headers["Age"], second.headers["Age"]) == ("0", "1")
    assert first.json.pop("search_id") != second.json.pop("search_id")


def test_equal_questions_are_one_question(
    api: Api, with_settings: Callable[..., Any], count_statements: Callable[[], Any]
) -> None:
    with_settings(search_cache_seconds=10)
    factories.hotel()
    search(api, lat=6.42812, lon=3.42188, stars="5,4", page=1)
    with count_statements() as statements:
        search(api, lat=6.42808, lon=3.42193, stars=["4", "5", "4"])
    assert len(statements) == 1
    with count_statements() as statements:
        search(api, lat=6.4282, stars="4,5")
    assert len(statements) == 2


def test_kept_answers_die_of_age(api: Api, with_settings: Callable[..., Any]) -> None:
    with_settings(search_cache_seconds=1)
    hotel = factories.hotel(name="Near")
    assert found(search(api)) == ["Near"]
    hold(hotel.only.rooms[0])
    time.sleep(1.1)
    assert found(search(api)) == []


def test_refusals_are_not_kept(api: Api, with_settings: Callable[..., Any]) -> None:
    with_settings(search_cache_seconds=10, sale_days=5)
    factories.hotel(name="Near")
    assert search(api).status_code == 422
    with_settings(sale_days=400)
    assert found(search(api)) == ["Near"]


def test_without_redis_searches_go_on(
    api: Api, with_settings: Callable[..., Any], count_statements: Callable[[], Any]
) -> None:
    with_settings(search_cache_seconds=10)
    redis_client.connect(NOWHERE, "test:")
    hotel = factories.hotel(name="Near")
    for _ in range(2):
        with count_statements() as statements:
            answer = search(api)
        assert (found(answer), answer.headers["Age"], len(statements)) == (["Near"], "0", 2)
    hold(hotel.only.rooms[0])
    assert found(search(api)) == []
