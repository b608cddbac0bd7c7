"""Case 75 on the running system: what its processes listen to is on this machine alone, and there is no socket to steer them by."""

import os
from pathlib import Path

import pytest

from runner.processes import WITHOUT_FLOWER
from tests.faults.running import Running

pytestmark = pytest.mark.timeout(120)

LOOPBACK = "0100007F"  # as the kernel writes 127.0.0.1
LISTENING = "0A"
ACCEPTS_CONNECTIONS = 0x10000


def inodes(pid: int) -> set[str]:
    """The sockets that a process has open."""
    found = set()
    for descriptor in Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = os.readlink(descriptor)
        except FileNotFoundError:
            continue
        if target.startswith("socket:["):
            found.add(target[8:-1])
    return found


def tcp_listeners(pid: int) -> set[str]:
    """Addresses that it takes connections at, of both versions."""
    mine, found = inodes(pid), set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{pid}/net/{table}").read_text().splitlines()[1:]:
            _, local, _, state, *rest = line.split()
            if state == LISTENING and rest[5] in mine:
                found.add(local.partition(":")[0])
    return found


def unix_listeners(pid: int) -> set[str]:
    """Paths that it takes connections at."""
    mine = inodes(pid)
    rows = [line.split() for line in Path(f"/proc/{pid}/net/unix").read_text().splitlines()[1:]]
    return {" ".join(row[7:]) for row in rows if row[6] in mine and int(row[3], 16) & ACCEPTS_CONNECTIONS}


@pytest.mark.parametrize("program", WITHOUT_FLOWER)
def test_case_75_nothing_is_reached_from_outside(running: Running, program: str) -> None:
    pids = [running.system.pid(program), *running.system.children(program)]
    assert set().union(*(tcp_listeners(pid) for pid in pids)) <= {LOOPBACK}
    assert set().union(*(unix_listeners(pid) for pid in pids)) == set()


def test_the_control_the_api_and_the_sockets_listen(running: Running) -> None:
    for program in ("web", "realtime", "sandbox"):
        pids = [running.system.pid(program), *running.system.children(program)]
        assert set().union(*(tcp_listeners(pid) for pid in pids)) == {LOOPBACK}
