"""`./dev up`: everything, on demo data, until Ctrl-C."""

import subprocess
import sys
import time

from runner.console import RunnerError, say
from runner.environment import FLOWER_PASSWORD, FLOWER_USER, from_file
from runner.interruption import Interrupted
from runner.paths import LOCAL, ROOT
from runner.system import System

NAME = "up"
OVERRIDES = LOCAL / "up.env"
SCALE = "full"


def new_system() -> System:
    """The system of `./dev up`; `NAME=value` lines in `.local/up.env` change its settings (real keys, for one)."""
    return System(NAME, persistent=True, overrides=from_file(OVERRIDES))


def up(_arguments: list[str]) -> int:
    system = new_system()
    try:
        _bring_up(system)
        _introduce(system)
        _watch_servers(system)
    except Interrupted:
        say("\nstopping …")
    finally:
        system.stop()
    say("stopped; the data stays for the next ./dev up")
    return 0


def _bring_up(system: System) -> None:
    started = time.monotonic()
    say("starting PostgreSQL and Redis …")
    system.start_servers()
    say("bringing the database up to date …")
    system.migrate()
    say("loading the demo data, unless it is there …")
    system.load_demo(SCALE)
    say("starting the processes …")
    system.start_processes()
    system.wait_ready()
    say(f"ready after {time.monotonic() - started:.0f} s\n")


def _introduce(system: System) -> None:
    told = system.settings()
    api, sandbox = told["PUBLIC_API_URL"], told["SANDBOX_URL"]
    flower = f"http://127.0.0.1:{told['FLOWER_PORT']}   (user {FLOWER_USER}, password {FLOWER_PASSWORD})"
    print(f"API           {api}/api/v1")
    print(f"  its docs    {api}/docs")
    print(f"Socket.IO     {told['PUBLIC_REALTIME_URL']}")
    print(f"sandbox       {sandbox}   (Paystack: open checkouts, cards, switches)")
    print(f"  mailbox     {sandbox}/mail")
    print(f"Flower        {flower}")
    print(f"logs          {system.log_dir}\n", flush=True)
    subprocess.run([sys.executable, "-m", "demo", "accounts"], check=False, env=system.environment(), cwd=ROOT)
    print("\nCtrl-C stops everything.", flush=True)


def _watch_servers(system: System) -> None:
    """supervisord looks after the processes; the servers and supervisord itself are looked after here."""
    while True:
        time.sleep(1)
        if system.postgres.pid is None:
            say("PostgreSQL ended; starting it again")
            system.postgres.start()
        if system.redis.pid is None:
            say("Redis ended; starting it again")
            system.redis.start()
        if not system.supervisor.running:
            raise RunnerError("supervisord ended, and the processes with it; see supervisord.log")
