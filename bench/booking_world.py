"""The world of the booking bench: hotels, guests who are logged in, and between two rounds the peace of an empty ledger."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import jwt
import psycopg

from runner.environment import DEVELOPMENT_SECRET
from runner.system import System

HOTELS, ROOMS_OF_A_HOTEL, GUESTS, DAYS = 50, 10, 20_000, 390
START_PATIENCE, REST_PATIENCE = 180.0, 120.0
SEED = Path(__file__).with_suffix(".sql")
# Nothing lapses while it is measured, and a guest is not asked to stop. Each says that he comes from an address of his own.
SETTINGS = {
    "HOLD_SECONDS": "86400",
    "HOLD_WARNING_SECONDS": "0",
    "HOLDS_PER_GUEST": "1000000",
    "HOLDS_PER_EMAIL": "1000000",
    "HOLDS_PER_ADDRESS": "200",
    "TRUSTED_PROXIES": "1",
}
BOOKED = "bookings, booking_rooms, booking_nights, booking_charges, booking_history, allocations, idempotency_keys"
TOLD = "hotel_events, hotel_counters"
KINDS = {"user": 1, "session": 2, "hotel": 3, "room_type": 4, "room": 5, "rate_plan": 6}


@dataclass(frozen=True)
class World:
    """A whole system that was seeded. `database`: for libpq, `api`: where the API answers."""

    system: System
    database: str
    api: str

    def ask(self, statement: str) -> Any:
        """The first column of the first row."""
        with psycopg.connect(self.database, autocommit=True) as connection:
            row = connection.execute(cast(Any, statement)).fetchone()
        return row[0] if row else None

    def rest(self) -> None:
        """Waits until all events were told, then empties the ledger; each contender meets the same. Raises TimeoutError."""
        deadline = time.monotonic() + REST_PATIENCE
        while self.ask("SELECT count(*) FROM outbox"):
            if time.monotonic() > deadline:
                raise TimeoutError("the relay has not told all events")
            time.sleep(0.1)
        while not self._emptied():
            time.sleep(0.1)
        with psycopg.connect(self.database, autocommit=True) as connection:
            connection.execute("CHECKPOINT")

    def _emptied(self) -> bool:
        """False when a sweep was at work that took the tables in another order."""
        try:
            with psycopg.connect(self.database) as connection:
                connection.execute(f"TRUNCATE {BOOKED}, {TOLD} CASCADE")
        except psycopg.errors.DeadlockDetected:
            return False
        return True


@contextmanager
def world() -> Iterator[World]:
    """A system of its own, with all processes that a real one has and a database that flushes each commit to the disk."""
    system = System("bench", persistent=False, durable=True, overrides=SETTINGS)
    try:
        system.start_servers()
        system.migrate()
        settings = system.settings()
        database = settings["DATABASE_URL"].replace("postgresql+psycopg://", "postgresql://")
        seed(database)
        system.start_processes()
        system.wait_ready(START_PATIENCE)
        yield World(system, database, f"{settings['PUBLIC_API_URL']}/api/v1")
    finally:
        system.destroy()


def seed(database: str, guests: int = GUESTS) -> None:
    """Fills an empty database."""
    numbers = {"hotels": HOTELS, "rooms": ROOMS_OF_A_HOTEL, "guests": guests}
    with psycopg.connect(database) as connection, psycopg.ClientCursor(connection) as cursor:
        cursor.execute(cast(Any, SEED.read_text()), numbers)
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")


def id_of(kind: str, number: int) -> str:
    """The id that the seed gave to the nth hotel, guest …"""
    return f"00000000-0000-7000-{8000 + KINDS[kind]}-{number:012}"


def token(number: int) -> str:
    """An access token of the nth guest, signed as the application signs."""
    now = int(time.time())
    who = {"sub": id_of("user", number), "sid": id_of("session", number), "jti": id_of("session", number)}
    told = {"email": f"guest{number}@example.com", "role": "guest"}
    life = {"type": "access", "fresh": False, "iat": now, "exp": now + 86_400}
    return jwt.encode({**who, **told, **life}, DEVELOPMENT_SECRET, algorithm="HS256")


def address(number: int) -> str:
    """From where the nth guest asks."""
    return f"10.0.{number // 256}.{number % 256}"


def body(room: dict[str, str], hotel: int, days_ahead: int, guest: int) -> bytes:
    """The nth guest's request for one room of the hotel for one night; `room` names the type or the very room."""
    check_in = datetime.now(UTC).date() + timedelta(days=days_ahead)
    wanted = room | {"rate_plan_id": id_of("rate_plan", hotel)}
    request = {
        "hotel_id": id_of("hotel", hotel),
        "check_in": check_in.isoformat(),
        "check_out": (check_in + timedelta(days=1)).isoformat(),
        "rooms": [{**wanted, "adults": 1, "children": []}],
        "guest": {"name": "Ada Obi", "email": f"guest{guest}@example.com", "phone": "+2348000000002"},
    }
    return json.dumps(request).encode()
