"""Rewriting a year of prices: twenty plans in one call over HTTP, beside one plan, and beside the rows of the days alone in PostgreSQL."""

import itertools
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, cast

import psycopg
import requests

from bench.booking_world import id_of, seed, token
from bench.rounds import median, say, side_by_side
from runner.system import System

PLANS, DAYS, CALLS = 20, 365, 5
# The first hotel's first room type is sold under so many plans more, whose prices differ by weekday; the first guest runs it.
MORE_PLANS = """
INSERT INTO rate_plans (id, hotel_id, room_type_id, name, meals, payment_timing, price, windows)
SELECT gen_random_uuid(), hotel_id, room_type_id, 'Plan ' || number, meals, payment_timing, price, windows
FROM rate_plans, generate_series(2, %(plans)s) AS number WHERE id = %(plan)s
"""
RUNS = """
UPDATE rate_plans SET weekday_prices = ARRAY[40000, 41000, 42000, 43000, 60000, 65000, 50000]::bigint[] WHERE hotel_id = %(hotel)s
"""
RUN_BY = "INSERT INTO hotel_members (hotel_id, user_id, role) VALUES (%(hotel)s, %(user)s, 'hotel_admin')"
ALONE = """
INSERT INTO alone (rate_plan_id, day, price)
SELECT id, current_date + number, %(price)s FROM rate_plans, generate_series(1, %(days)s) AS number
WHERE hotel_id = %(hotel)s ON CONFLICT (rate_plan_id, day) DO UPDATE SET price = excluded.price
"""
_turn = itertools.count(1)


def run() -> dict[str, Any]:
    """Milliseconds a call, medians; `times`: what twenty plans cost, in calls of one."""
    with _house() as house:
        say(f"rates: {DAYS} days of {PLANS} plans and of one")
        every = {"one_price": _one_price, "by_percent": _by_percent}
        contenders: dict[str, Callable[[], float]] = {"rows_alone": house.rows_alone}
        for name, edit in every.items():
            contenders[name] = partial(house.edit, house.plans, edit)
            contenders[f"{name}_of_one_plan"] = partial(house.edit, house.plans[:1], edit)
        for warm_up in contenders.values():
            warm_up()
        told = {name: median(rounds) for name, rounds in side_by_side(contenders).items()}
    figures: dict[str, Any] = {f"{name}_ms": round(value, 1) for name, value in told.items()}
    times = {f"{name}_times": round(told[name] / told[f"{name}_of_one_plan"], 1) for name in every}
    return figures | times | {"plans": PLANS, "days": DAYS}


def _one_price() -> dict[str, Any]:
    """Each plan becomes one run of days."""
    return {"price": 5_000_000 + next(_turn)}


def _by_percent() -> dict[str, Any]:
    """From what stands, which is another price each weekday: each day becomes a run of its own."""
    return {"change": {"percent": 1 if next(_turn) % 2 else -1}}


@dataclass(frozen=True)
class House:
    """A hotel and its plans. `api`: where the API answers, `database`: for libpq."""

    api: str
    database: str
    plans: list[str]

    def edit(self, plans: list[str], edit: Callable[[], Mapping[str, Any]]) -> float:
        """Milliseconds of one call, the median of a few. Raises requests.HTTPError unless each was done."""
        return median([self._once(plans, edit()) for _ in range(CALLS)])

    def _once(self, plans: list[str], told: Mapping[str, Any]) -> float:
        today = datetime.now(UTC).date()
        days = {"from": str(today + timedelta(days=2)), "to": str(today + timedelta(days=1 + DAYS))}
        began = time.perf_counter()
        answer = requests.put(
            f"{self.api}/hotels/{id_of('hotel', 1)}/rates/days",
            json={"rate_plan_ids": plans, **days, **told},
            headers={"Authorization": f"Bearer {token(1)}"},
            timeout=60,
        )
        taken = (time.perf_counter() - began) * 1000
        answer.raise_for_status()
        return taken

    def rows_alone(self) -> float:
        """Milliseconds of one statement that writes as many days of as many plans into a table like `rate_days`."""
        with psycopg.connect(self.database, autocommit=True) as connection:
            bound = {"hotel": id_of("hotel", 1), "days": DAYS, "price": 5_000_000 + next(_turn)}
            began = time.perf_counter()
            connection.execute(cast(Any, ALONE), bound)
            return (time.perf_counter() - began) * 1000


@contextmanager
def _house() -> Iterator[House]:
    """A web server and a database that flushes each commit to the disk."""
    system = System("bench-rates", persistent=False, durable=True, programs=("web",))
    try:
        system.start_servers()
        system.migrate()
        settings = system.settings()
        database = settings["DATABASE_URL"].replace("postgresql+psycopg://", "postgresql://")
        plans = _furnished(database)
        system.start_processes()
        system.wait_ready()
        yield House(f"{settings['PUBLIC_API_URL']}/api/v1", database, plans)
    finally:
        system.destroy()


def _furnished(database: str) -> list[str]:
    """The plans of the first hotel of the booking bench's world, of which there are more now."""
    seed(database, guests=10)
    bound = {"plans": PLANS, "plan": id_of("rate_plan", 1), "hotel": id_of("hotel", 1), "user": id_of("user", 1)}
    with psycopg.connect(database) as connection:
        for statement in (MORE_PLANS, RUNS, RUN_BY, "CREATE TABLE alone (LIKE rate_days INCLUDING ALL)"):
            connection.execute(cast(Any, statement), bound)
        found = connection.execute("SELECT id FROM rate_plans WHERE hotel_id = %s ORDER BY id", [bound["hotel"]])
        return [str(plan_id) for (plan_id,) in found]
