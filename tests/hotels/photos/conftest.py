"""Photos: the sandbox with an object store in it."""

from collections.abc import Iterator

import pytest
from flask import Flask

from app.core import object_store
from sandbox.object_store import ObjectStore, mount
from sandbox.server import Sandbox
from tests.api import Api
from tests.hotels.photos.album import Album


@pytest.fixture(scope="session")
def mounted(sandbox: Sandbox) -> ObjectStore:
    return mount(sandbox)


@pytest.fixture
def store(application: Flask, mounted: ObjectStore) -> Iterator[ObjectStore]:
    """An empty bucket, and no breaker that another test has opened."""
    mounted.forget()
    object_store.store().breaker.succeeded()
    yield mounted
    mounted.world.switches.clear()


@pytest.fixture
def album(api: Api, store: ObjectStore) -> Album:
    return Album(api, store)
