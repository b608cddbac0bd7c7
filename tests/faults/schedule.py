"""How a parallel run is dealt out: file by file, and all files that share the whole system to one worker.

A system is nine processes and two servers: one for each worker would cost more than it saves. pytest-xdist's own groups are marks that
have no effect under pytest 9.2 (pytest-xdist issue 1386). The outermost conftest takes in these hooks.
"""

import pytest
from xdist.remote import Producer  # type: ignore[import-untyped]
from xdist.scheduler.loadfile import LoadFileScheduling  # type: ignore[import-untyped]

OWN_SYSTEM = frozenset({"tests/faults/test_workers.py"})

# The longest files begin, else one worker would be at them when the other has nothing left to do.
FIRST = (
    "test_kill_between_paid_and_confirmed",
    "test_redis_wiped",
    "test_two_beats",
    "test_workers",
    "test_schemathesis",
    "test_matrix",
    "test_bad_input",
)


class ByFile(LoadFileScheduling):  # type: ignore[misc]
    """Tests of one scope run in one worker."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        shares = file.startswith("tests/faults/") and file not in OWN_SYSTEM
        return "one system" if shares else file


def pytest_addoption(parser: pytest.Parser) -> None:
    """Without `--slow` the slow tests are left out, with it all others are."""
    parser.addoption("--slow", action="store_true", help="run the tests that are marked slow, and only these")


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> ByFile:
    """Deals by file."""
    return ByFile(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leaves out what was not asked for; brings the longest files to the front, whatever order the others were shuffled into."""
    wanted: bool = config.getoption("--slow")
    left_out = [item for item in items if (item.get_closest_marker("slow") is not None) is not wanted]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]
    items.sort(key=lambda item: FIRST.index(item.path.stem) if item.path.stem in FIRST else len(FIRST))
