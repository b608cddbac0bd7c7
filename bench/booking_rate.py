"""Bookings a second over HTTP, beside the same statements sent by pgbench to the same database."""

import itertools
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bench.booking_world import DAYS, GUESTS, HOTELS, World, token
from bench.pgbench import Pgbench, pgbench
from bench.rounds import median, side_by_side
from bench.wrk import Wrk, wrk

CONNECTIONS, SECONDS = 16, 5
FOLDER = Path(__file__).parent
_round = itertools.count(1)


def play(world: World) -> dict[str, Any]:
    """Medians; the ratio is the median of the rounds' ratios. `errors`: answers that are neither 201 nor 409 `room_taken`."""
    with tempfile.TemporaryDirectory() as folder:
        tokens = Path(folder) / "tokens"
        tokens.write_text("".join(f"{token(number)}\n" for number in range(1, GUESTS + 1)))
        contenders: dict[str, Callable[[], Any]] = {
            "http": lambda: over_http(world, tokens),
            "pgbench": lambda: by_pgbench(world),
        }
        over_http(world, tokens, seconds=2)  # connections and prepared statements are there, as after a minute of work
        played = side_by_side(contenders)
    http: list[Wrk] = played["http"]
    alone: list[Pgbench] = played["pgbench"]
    return {
        "bookings_per_s": median([one.per_second for one in http]),
        "pgbench_per_s": median([one.per_second for one in alone]),
        "ratio_to_pgbench": round(
            median([ours.per_second / theirs.per_second for ours, theirs in zip(http, alone, strict=True)]), 3
        ),
        "p50_ms": median([one.p50_ms for one in http]),
        "p99_ms": median([one.p99_ms for one in http]),
        "refused": sum(one.refused for one in http),
        "errors": sum(one.errors for one in http),
        "connections": CONNECTIONS,
    }


def over_http(world: World, tokens: Path, seconds: int = SECONDS) -> Wrk:
    """POST /bookings. Raises AssertionError when the ledger does not hold what was answered."""
    world.rest()
    today = int(time.time()) // 86_400 * 86_400
    numbers = {"HOTELS": HOTELS, "DAYS": DAYS, "ROUND": next(_round), "TODAY": today}
    env = {"TOKENS": str(tokens)} | {name: str(value) for name, value in numbers.items()}
    return wrk(
        f"{world.api}/bookings", connections=CONNECTIONS, seconds=seconds, script=FOLDER / "booking.lua", env=env
    )


def by_pgbench(world: World, seconds: int = SECONDS) -> Pgbench:
    """The script, on an empty ledger too."""
    world.rest()
    variables = [f"hotels={HOTELS}", f"days={DAYS}", f"guests={GUESTS}"]
    return pgbench(world.database, FOLDER / "booking.sql", clients=CONNECTIONS, seconds=seconds, variables=variables)
