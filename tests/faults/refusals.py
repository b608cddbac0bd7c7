"""A Redis that answers and takes nothing: its memory is full, its disk is, it waits for a replica."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import redis

from demo.story.stage import until
from runner.redis_server import RedisServer

Refusal = Callable[[RedisServer], Any]


@contextmanager
def no_memory(server: RedisServer) -> Iterator[str]:
    """Full, and never evicting: every write is refused. Yields how."""
    with _configured(server, "maxmemory", "1", "0"):
        yield "used memory > 'maxmemory'"


@contextmanager
def no_disk(server: RedisServer) -> Iterator[str]:
    """A snapshot could not be written, for a folder lies where it belongs; from then on every write is refused."""
    obstacle = server.folder / "dump.rdb" / "in-the-way"
    obstacle.mkdir(parents=True)
    try:
        with _configured(server, "save", "3600 1", ""), server.client() as client:
            client.bgsave()
            until("the snapshot to fail", lambda: client.info("persistence")["rdb_last_bgsave_status"] == "err")
            yield "unable to persist to disk"
    finally:
        obstacle.rmdir()
        obstacle.parent.rmdir()


@contextmanager
def no_replica(server: RedisServer) -> Iterator[str]:
    """It must not take writes that it cannot pass on."""
    with _configured(server, "min-replicas-to-write", "1", "0"):
        yield "Not enough good replicas"


@contextmanager
def _configured(server: RedisServer, name: str, value: str, usual: str) -> Iterator[None]:
    with server.client() as client:
        client.config_set(name, value)
        try:
            yield
        finally:
            client.config_set(name, usual)


REFUSALS: tuple[Refusal, ...] = (no_memory, no_disk, no_replica)


@contextmanager
def refusing(server: RedisServer, refusal: Refusal) -> Iterator[None]:
    """It is refused indeed, and taken again afterwards."""
    with refusal(server) as words, server.client() as client:
        with pytest.raises(redis.ResponseError, match=words):
            client.set("tests:anything", 1)
        yield
    with server.client() as client:
        assert client.set("tests:anything", 1)
        client.delete("tests:anything")
