"""Child processes that never outlive the runner."""

import os
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

MARK = "SMARTSTAY_RUN"


def launch(
    command: Sequence[str],
    *,
    log: Path,
    on_orphaned: signal.Signals = signal.SIGTERM,
    env: Mapping[str, str] | None = None,
    cwd: Path = Path("/"),
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, its output appended to `log`.

    The kernel sends it `on_orphaned` when the thread that called this ends, whatever ended it: call it from the main
    thread. The new session keeps a terminal's Ctrl-C away, so that the runner decides the order of the stop.
    """
    guarded = _guarded(command, on_orphaned)
    with log.open("ab") as output:
        return subprocess.Popen(
            guarded, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=env, cwd=cwd, start_new_session=True
        )


def _guarded(command: Sequence[str], on_orphaned: signal.Signals) -> list[str]:
    """One `setpriv` for both the account and the signal: a change of account would clear the signal again."""
    guard = ["--pdeathsig", on_orphaned.name.removeprefix("SIG")]
    if command[0] == "setpriv":
        return ["setpriv", *guard, *command[1:]]
    return ["setpriv", *guard, "--", *command]


def end(child: subprocess.Popen[bytes], first: signal.Signals, *, patience: float) -> bool:
    """Signal a child and wait; SIGKILL after `patience` seconds. False if it had to be killed."""
    if child.poll() is not None:
        return True
    child.send_signal(first)
    child.send_signal(signal.SIGCONT)
    try:
        child.wait(patience)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
        return False
    return True


def children_of(pid: int) -> list[int]:
    """Direct children, oldest first; empty when the process is gone."""
    found: list[int] = []
    for listing in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            found += map(int, listing.read_text().split())
        except (FileNotFoundError, ProcessLookupError):
            continue
    return sorted(found)


def descendants_of(pid: int) -> list[int]:
    found: list[int] = []
    for child in children_of(pid):
        found += [child, *descendants_of(child)]
    return found


def is_alive(pid: int) -> bool:
    """False also for a process that has ended and only waits to be collected."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in {"Z", "X"}
    except (FileNotFoundError, ProcessLookupError):
        return False


def marked(mark: str) -> list[int]:
    """Processes that were started with `MARK=mark` in their environment, by whatever parent."""
    wanted = f"{MARK}={mark}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if wanted in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
        except OSError:
            continue
    return [pid for pid in found if pid != os.getpid() and is_alive(pid)]


def kill_all(pids: Iterable[int]) -> None:
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            continue


def wait_gone(pids: Iterable[int], *, patience: float) -> list[int]:
    """Wait until the processes are gone; what is left after `patience` seconds."""
    deadline = time.monotonic() + patience
    left = [pid for pid in pids if is_alive(pid)]
    while left and time.monotonic() < deadline:
        time.sleep(0.02)
        left = [pid for pid in left if is_alive(pid)]
    return left
