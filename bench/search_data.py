"""Hotels for the search, in numbers."""

import subprocess
import time
from pathlib import Path

from bench.rounds import say
from bench.search_questions import FULL_FROM, in_days
from runner.postgres import program

SQL = Path(__file__).parent / "search_data.sql"
ROOMS_A_HOTEL = 10
ALLOCATIONS_A_ROOM = 2


def load(url: str, first: int, last: int) -> float:
    """Loads hotels number `first` to `last` beside those that are there; the seconds it took.

    Raises subprocess.CalledProcessError, also when one of them breaks a constraint.
    """
    given = {"first": first, "last": last, "full_from": in_days(FULL_FROM)}
    words = [word for name, value in given.items() for word in ("-v", f"{name}={value}")]
    libpq = url.replace("postgresql+psycopg://", "postgresql://")
    began = time.monotonic()
    subprocess.run([str(program("psql")), "-X", "-q", *words, "-f", str(SQL), libpq], check=True)
    seconds = time.monotonic() - began
    say(f"  loaded hotels {first} to {last} in {seconds:.0f} s")
    return seconds
