"""How a parallel run is dealt out: file by file, and all files that share the whole system to one worker.

A system is nine processes and two servers: one for each worker would cost more than it saves. pytest-xdist's own groups are marks that
have no effect under pytest 9.2 (pytest-xdist issue 1386). The outermost conftest takes in these hooks.
"""

import pytest
from xdist.remote import Producer  # type: ignore[import-untyped]
from xdist.scheduler.loadfile import LoadFileScheduling  # type: ignore[import-untyped]

ONE_SYSTEM = frozenset(
    f"tests/faults/{name}.py" for name in ("test_kill_between_paid_and_confirmed", "test_redis_wiped", "test_two_beats")
)


# The longest files begin, else one worker would be at them when the other has nothing left to do.
FIRST = ("test_kill_between_paid_and_confirmed", "test_redis_wiped", "test_two_beats", "test_workers")


class ByFile(LoadFileScheduling):  # type: ignore[misc]
    """Tests of one scope run in one worker."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return "one system" if file in ONE_SYSTEM else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    """Deals by file."""
    return ByFile(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Brings the tests of the longest files to the front, whatever order the others were shuffled into."""
    items.sort(key=lambda item: FIRST.index(item.path.stem) if item.path.stem in FIRST else len(FIRST))
