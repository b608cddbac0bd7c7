"""A clock that is five minutes ahead, for some programs of the system, and what must not depend on it."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path

from demo.story.people import Socket
from demo.story.stage import until
from runner.processes import BY_NAME
from runner.readiness import answers
from tests.faults.by_hand import by_hand
from tests.faults.running import Running, Stay

AHEAD = 300
SLACK = 15
BOOT_PATIENCE = 90
# libfaketime 0.9.10 takes Python's sleep, which is one until an instant of the counting clock, for one until an instant of the wall's.
SLEEP = "import select, time; time.sleep = lambda seconds: select.select([], [], [], seconds) and None"
LAPSED = """
SELECT b.status, extract(epoch FROM h.at - b.release_at)::float AS seconds
FROM bookings b JOIN booking_history h ON h.booking_id = b.id AND h.to_status = 'expired' WHERE b.id = %s
"""


def faked(folder: Path, environment: dict[str, str]) -> dict[str, str]:
    """Wall clocks are ahead; those that only count seconds are as they were."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    assert found, "libfaketime is not installed (apt: faketime)"
    (folder / "sitecustomize.py").write_text(SLEEP)
    told = {"LD_PRELOAD": str(found[0]), "FAKETIME": f"+{AHEAD}s", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    return environment | told | {"PYTHONPATH": f"{folder}:{environment['PYTHONPATH']}"}


@contextmanager
def ahead(running: Running, folder: Path, *programs: str) -> Iterator[None]:
    """These programs run by a clock that is ahead, instead of the system's own ones, which are back afterwards."""
    environment, system = faked(folder, running.system.environment()), running.system
    own = {name: system.log_dir / f"{name}.log" for name in programs}
    with ExitStack() as back:
        for name in programs:
            back.callback(system.start_process, name)
            system.stop_process(name)
        said = {name: len(log.read_bytes()) for name, log in own.items()}
        children = [back.enter_context(by_hand(name, environment, folder / f"{name}.log")) for name in programs]
        wait_until_they_work(running, {name: (folder / f"{name}.log", 0) for name in programs})
        yield
        for child in children:
            child.terminate()
    wait_until_they_work(running, {name: (log, said[name]) for name, log in own.items()})


def wait_until_they_work(running: Running, logs: Mapping[str, tuple[Path, int]]) -> None:
    """Programs with an address answer; the others say in their log, from that byte on, that they have begun."""
    for name, (log, first) in logs.items():
        health = BY_NAME[name].health
        url = health.format_map(running.system.settings()) if health else None
        until(name, partial(answers, url) if url else partial(has_begun, log, first), BOOT_PATIENCE)


def has_begun(log: Path, first: int) -> bool:
    said = log.read_bytes()[first:]
    return b" ready." in said or b"Sending due task" in said


def assert_lapses_in_time(running: Running, stay: Stay, phone: Socket) -> None:
    """Warned and expired once, at the instants that the database's clock says."""
    running.lapse(stay, 8)
    warning = phone.wait("lock_expiring", booking_id=stay.id)
    assert running.status(stay) == "pending_payment", warning
    phone.wait("lock_expired", booking_id=stay.id)
    found = running.row(LAPSED, stay.id)
    assert found["status"] == "expired"
    assert 0 <= found["seconds"] < SLACK
    assert [len(phone.all(name, booking_id=stay.id)) for name in ("lock_expiring", "lock_expired")] == [1, 1]
