"""Work that asks for too much memory is told so, and nothing else is."""

import resource

import pytest

from app.core.memory import bounded

MIB = 2**20


def test_what_asks_for_more_is_told() -> None:
    before = resource.getrlimit(resource.RLIMIT_AS)
    with pytest.raises(MemoryError), bounded(64 * MIB):
        bytearray(256 * MIB)
    assert resource.getrlimit(resource.RLIMIT_AS) == before


def test_what_asks_for_less_is_given() -> None:
    with bounded(256 * MIB):
        assert len(bytearray(64 * MIB)) == 64 * MIB
    assert len(bytearray(256 * MIB)) == 256 * MIB


def test_a_lower_limit_of_the_process_stays() -> None:
    before, hard = resource.getrlimit(resource.RLIMIT_AS)
    lower = 64 * 2**40
    resource.setrlimit(resource.RLIMIT_AS, (lower, hard))
    try:
        with bounded(2**50):
            assert resource.getrlimit(resource.RLIMIT_AS) == (lower, hard)
        assert resource.getrlimit(resource.RLIMIT_AS) == (lower, hard)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (before, hard))
