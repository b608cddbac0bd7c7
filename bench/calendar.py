"""What a hotel sees of all its rooms at once: over HTTP, beside the same statements by pgbench, and how they grow with rooms and days."""

import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, cast

import psycopg

from bench.booking_world import token
from bench.calendar_pages import PAGES, SIZES, Page
from bench.pgbench import Pgbench, pgbench
from bench.rounds import median, percentile, say, side_by_side
from bench.wrk import Wrk, wrk
from runner.system import System

SEED = Path(__file__).with_name("calendar_world.sql")
SCRIPT = Path(__file__).with_suffix(".lua")
SECONDS, TIMES, CROWD = 1, 30, 16
USUAL, USUAL_SIZE = PAGES[1], SIZES[1]  # 60 days of 200 rooms
# As the application's own connections are.
OPTIONS = "?options=-c%20jit%3Doff%20-c%20timezone%3DUTC"


@dataclass(frozen=True)
class Statement:
    """One client in Python, which reads what is answered; milliseconds."""

    p50_ms: float
    p99_ms: float


def run() -> dict[str, Any]:
    """All figures; times in milliseconds."""
    system = System("bench-calendar", persistent=False, durable=False, programs=("web",))
    with tempfile.TemporaryDirectory() as folder:
        try:
            system.start_servers()
            system.migrate()
            bench = CalendarBench(system, Path(folder))
            seed(bench.database)
            system.start_processes()
            system.wait_ready()
            return bench.play()
        finally:
            system.destroy()


def seed(database: str, sizes: Sequence[int] = SIZES) -> None:
    """Fills an empty database: hotel n has as many rooms as the nth size."""
    with psycopg.connect(database) as connection, psycopg.ClientCursor(connection) as cursor:
        cursor.execute(cast(Any, SEED.read_text()), {"sizes": list(sizes)})
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


@dataclass(frozen=True)
class CalendarBench:
    system: System
    folder: Path

    @property
    def database(self) -> str:
        return self.system.settings()["DATABASE_URL"].replace("postgresql+psycopg://", "postgresql://")

    def play(self) -> dict[str, Any]:
        contenders: dict[str, Callable[[], Any]] = {}
        for page in PAGES:
            for hotel, size in enumerate(SIZES, 1):
                contenders[f"{page.name}, {size} rooms: http"] = self._asking(page, hotel, 1)
                contenders[f"{page.name}, {size} rooms: pgbench"] = self._playing(page, hotel, 1)
                contenders[f"{page.name}, {size} rooms: statement"] = partial(self._timed, page, hotel)
        hotel = SIZES.index(USUAL_SIZE) + 1
        contenders["crowd: http"] = self._asking(USUAL, hotel, CROWD)
        contenders["crowd: pgbench"] = self._playing(USUAL, hotel, CROWD)
        say("calendar: what is done for the first time is done before it is measured")
        self._asking(USUAL, hotel, CROWD)()
        say("calendar: pages")
        rounds = side_by_side(contenders)
        figures = {page.name: self._of_page(page, rounds) for page in PAGES}
        return figures | {f"{USUAL.name}, {USUAL_SIZE} rooms, {CROWD} connections": _beside(rounds, "crowd")}

    def _of_page(self, page: Page, rounds: Mapping[str, Sequence[Any]]) -> dict[str, Any]:
        told: dict[str, Any] = {
            f"{size} rooms": _beside(rounds, f"{page.name}, {size} rooms") | self._bytes(page, hotel)
            for hotel, size in enumerate(SIZES, 1)
        }
        first, last = (told[f"{size} rooms"]["p50_ms"] for size in (SIZES[0], SIZES[-1]))
        return told | {"times": round(last / first, 2)}

    def _asking(self, page: Page, hotel: int, connections: int) -> Callable[[], Wrk]:
        url = f"{self.system.settings()['PUBLIC_API_URL']}/api/v1{page.path(hotel)}"
        env = self.system.environment() | {"TOKEN": token(1)}
        return partial(wrk, url, connections=connections, seconds=SECONDS, script=SCRIPT, env=env)

    def _playing(self, page: Page, hotel: int, clients: int) -> Callable[[], Pgbench]:
        script = page.script(hotel, self.folder)
        return partial(pgbench, self.database + OPTIONS, script, clients=clients, seconds=SECONDS)

    def _timed(self, page: Page, hotel: int) -> Statement:
        with psycopg.connect(self.database + OPTIONS, autocommit=True) as connection:
            taken = [_seconds(connection, page, hotel) for _ in range(TIMES + 10)][10:]
        return Statement(round(median(taken) * 1000, 3), round(percentile(taken, 0.99) * 1000, 3))

    def _bytes(self, page: Page, hotel: int) -> dict[str, int]:
        """How much is answered."""
        with psycopg.connect(self.database + OPTIONS, autocommit=True) as connection:
            row = connection.execute(cast(Any, page.statement()), page.bound(hotel)).fetchone()
        return {"bytes": len(row[0]) if row else 0}


def _seconds(connection: psycopg.Connection[Any], page: Page, hotel: int) -> float:
    began = time.perf_counter()
    connection.execute(cast(Any, page.statement()), page.bound(hotel)).fetchone()
    return time.perf_counter() - began


def _beside(rounds: Mapping[str, Sequence[Any]], name: str) -> dict[str, float]:
    """`ratio_to_pgbench`: the median of what each round's two gave to each other."""
    http: Sequence[Wrk] = rounds[f"{name}: http"]
    alone: Sequence[Pgbench] = rounds[f"{name}: pgbench"]
    ratios = [ours.per_second / theirs.per_second for ours, theirs in zip(http, alone, strict=True)]
    return {
        "p50_ms": median([each.p50_ms for each in http]),
        "p99_ms": median([each.p99_ms for each in http]),
        "per_second": round(median([each.per_second for each in http]), 1),
        "errors": sum(each.errors for each in http),
        **_alone(rounds.get(f"{name}: statement", ())),
        "pgbench_ms": round(median([each.latency_ms for each in alone]), 3),
        "ratio_to_pgbench": round(median(ratios), 3),
    }


def _alone(timed: Sequence[Statement]) -> dict[str, float]:
    """Of the statement by itself; nothing where it was not timed."""
    if not timed:
        return {}
    return {
        "statement_p50_ms": median([each.p50_ms for each in timed]),
        "statement_p99_ms": median([each.p99_ms for each in timed]),
    }
