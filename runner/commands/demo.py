"""`./dev demo`: the main job on a system of its own that is gone afterwards."""

import json
import sys

from runner.console import RunnerError, say, tail
from runner.interruption import INTERRUPTED_EXIT, Interrupted, run_in_foreground
from runner.processes import WITHOUT_FLOWER
from runner.system import System

# Holds short enough to watch one lapse; limits wide enough for one machine that plays every guest.
DEMO_SETTINGS = {
    "HOLD_SECONDS": "8",
    "HOLD_WARNING_SECONDS": "4",
    "HOLD_EXTENSION_SECONDS": "4",
    "HOLD_GRACE_SECONDS": "4",
    "HOLDS_PER_GUEST": "100",
    "HOLDS_PER_EMAIL": "100",
    "PASSWORD_HASH_MEMORY_KIB": "1024",
    "REFUND_FOLLOW_SECONDS": "1",
}
SCALE = "small"


def demo(arguments: list[str]) -> int:
    system = System("demo", persistent=False, overrides=DEMO_SETTINGS, programs=WITHOUT_FLOWER)
    status = 1
    try:
        _prepare(system)
        status = run_in_foreground([sys.executable, "-m", "demo", "story", *arguments], system.environment())
    except Interrupted:
        status = INTERRUPTED_EXIT
    except RunnerError as error:
        say(str(error))
        if "--json" in arguments:
            print(json.dumps({"ok": False, "steps": [], "error": str(error).partition("\n")[0]}), flush=True)
    finally:
        failed = status not in {0, INTERRUPTED_EXIT}
        if failed:
            _show_logs(system)
        system.destroy(keep_logs=failed)
    return status


def _prepare(system: System) -> None:
    say("starting a system for the demo …")
    system.start_servers()
    system.migrate()
    system.load_demo(SCALE)
    system.start_processes()
    system.wait_ready()


def _show_logs(system: System) -> None:
    for log in sorted(system.log_dir.glob("*.log")):
        if log.stat().st_size and log.stem not in {"supervisord", "redis"}:
            say(f"\n{log.name}\n{tail(log, 12)}")
    say(f"\nthe whole logs: {system.log_dir}")
