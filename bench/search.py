"""Search: HTTP beside the same statement played by pgbench, growth with the number of hotels, the worst that can be asked, the cache."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from bench import search_data, search_sql
from bench.pgbench import Pgbench, pgbench
from bench.rounds import median, say, side_by_side
from bench.search_questions import FAR, NEAR, WORST, Question
from bench.wrk import Wrk, wrk
from runner.environment import DATABASE
from runner.system import System

SIZES = (10_000, 100_000, 300_000)
SERVED = 100_000
CLIENTS, CROWD = 16, 64
SECONDS = 4
POINTS, POPULAR_POINTS = 10_000, 50
RADII: Mapping[str, Question] = {"5 km": NEAR, "50 km": FAR}
GROWING: Mapping[str, Question] = {**RADII, "50 km, every room is taken": WORST["every room is taken"]}
# As the application's own connections are.
OPTIONS = "?options=-c%20jit%3Doff%20-c%20timezone%3DUTC"
SCRIPT = Path(__file__).parent / "search.lua"


def run() -> dict[str, Any]:
    """All figures; times in milliseconds."""
    system = System(
        "bench-search", persistent=False, durable=False, programs=("web",), overrides={"SEARCH_CACHE_SECONDS": "0"}
    )
    with tempfile.TemporaryDirectory() as folder:
        bench = SearchBench(system, Path(folder))
        try:
            return bench.play()
        finally:
            system.destroy()


@dataclass(frozen=True)
class SearchBench:
    """One run. Of each size that is not served, a copy of the database is kept, so that all sizes are there to be compared."""

    system: System
    folder: Path

    def play(self) -> dict[str, Any]:
        self.system.start_servers()
        self.system.migrate()
        figures: dict[str, Any] = {"hotels": SERVED, "rooms": SERVED * search_data.ROOMS_A_HOTEL, "load_seconds": {}}
        for had, size in zip((0, *SIZES[:-1]), SIZES, strict=True):
            figures["load_seconds"][size] = round(search_data.load(self._url(DATABASE), had + 1, size))
            if size == SERVED:
                figures |= self._over_http()
            if size != SIZES[-1]:
                self.system.postgres.create_database(_copy(size), template=DATABASE)
        return figures | {"growth": self._growth()}

    def _over_http(self) -> dict[str, Any]:
        with ExitStack() as stack:
            uncached = _serve(self.system)
            stack.callback(self.system.stop_process, "web")
            beside = _cached_beside(self.system)
            stack.callback(beside.destroy)
            cached = _serve(beside)
            contenders = self._contenders(uncached) | {"cached": self._asking(cached, NEAR, CLIENTS, POPULAR_POINTS)}
            say(f"search: {', '.join(contenders)}")
            for web in (uncached, cached):  # what a process does for the first time, it does before it is measured
                self._asking(web, NEAR, CROWD)()
            rounds = side_by_side(contenders)
            return {
                **{name: _beside(rounds[f"{name} pgbench"], rounds[f"{name} http"]) for name in RADII},
                f"{CROWD} connections": _told(rounds["crowd"]),
                "cached": _told(rounds["cached"]),
                "worst": self._worst(uncached),
            }

    def _contenders(self, web: str) -> dict[str, Callable[[], Any]]:
        contenders: dict[str, Callable[[], Any]] = {}
        for name, question in RADII.items():
            contenders[f"{name} pgbench"] = self._playing(question, DATABASE, CLIENTS)
            contenders[f"{name} http"] = self._asking(web, question, CLIENTS)
        return contenders | {"crowd": self._asking(web, NEAR, CROWD)}

    def _worst(self, web: str) -> dict[str, Any]:
        say("search: the worst that can be asked")
        rounds = side_by_side({name: self._asking(web, question, 1) for name, question in WORST.items()})
        return {name: _told(results) for name, results in rounds.items()}

    def _growth(self) -> dict[str, Any]:
        databases = {size: _copy(size) for size in SIZES[:-1]} | {SIZES[-1]: DATABASE}
        contenders = {
            f"{name}, {size} hotels": self._playing(question, database, 1)
            for name, question in GROWING.items()
            for size, database in databases.items()
        }
        say("search: growth")
        rounds = side_by_side(contenders)
        return {
            name: _grown(
                {size: median([each.latency_ms for each in rounds[f"{name}, {size} hotels"]]) for size in SIZES}
            )
            for name in GROWING
        }

    def _playing(self, question: Question, database: str, clients: int) -> Callable[[], Pgbench]:
        script = search_sql.write_script(question.criteria, self.folder / f"{question.name}.sql")
        variables = search_sql.variables(question.criteria)
        return partial(
            pgbench, self._url(database) + OPTIONS, script, clients=clients, seconds=SECONDS, variables=variables
        )

    def _asking(self, web: str, question: Question, connections: int, points: int = POINTS) -> Callable[[], Wrk]:
        paths = self.folder / f"{question.name}-{points}.txt"
        paths.write_text("\n".join(question.paths(search_sql.random_points(points))))
        env = self.system.environment() | {"SEARCH_PATHS": str(paths)}
        return partial(wrk, web, connections=connections, seconds=SECONDS, script=SCRIPT, env=env)

    def _url(self, database: str) -> str:
        return self.system.postgres.url(database)


def _copy(size: int) -> str:
    return f"{DATABASE}_{size}"


def _cached_beside(system: System) -> System:
    """A web server that remembers, for the same database; the PostgreSQL of its own stays idle."""
    overrides = {"SEARCH_CACHE_SECONDS": "10", "DATABASE_URL": system.postgres.url(DATABASE)}
    beside = System("bench-search-cached", persistent=False, programs=("web",), overrides=overrides)
    beside.start_servers()
    return beside


def _serve(system: System) -> str:
    """Starts the web server; where it listens."""
    system.start_processes()
    system.wait_ready()
    return system.settings()["PUBLIC_API_URL"]


def _beside(by_pgbench: Sequence[Pgbench], by_http: Sequence[Wrk]) -> dict[str, float]:
    """`ratio_to_pgbench`: the median of what each round's two gave to each other."""
    ratios = [http.per_second / sql.per_second for sql, http in zip(by_pgbench, by_http, strict=True)]
    return {
        "ratio_to_pgbench": round(median(ratios), 3),
        "pgbench_per_second": round(median([each.per_second for each in by_pgbench]), 1),
        **_told(by_http),
    }


def _told(results: Sequence[Wrk]) -> dict[str, float]:
    return {
        "per_second": round(median([each.per_second for each in results]), 1),
        "p50_ms": round(median([each.p50_ms for each in results]), 2),
        "p99_ms": round(median([each.p99_ms for each in results]), 2),
        "p99_to_p50": round(median([each.p99_ms / each.p50_ms for each in results]), 2),
        "errors": sum(each.errors for each in results),
    }


def _grown(latencies: Mapping[int, float]) -> dict[str, float]:
    """Milliseconds by the number of hotels, and how many times the first the last is."""
    told = {str(size): round(latency, 3) for size, latency in latencies.items()}
    return told | {"times": round(latencies[SIZES[-1]] / latencies[SIZES[0]], 2)}
