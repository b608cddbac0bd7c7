"""The real side of the machine: the application over its API, PostgreSQL as it stands, the gateway's sandbox, time that SQL moves."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask
from sqlalchemy import text

from app import invariants
from app.core.db import reading, transaction
from app.payments import paystack
from sandbox.paystack import checkout, transactions, webhooks
from sandbox.paystack import refunds as gateway_refunds
from sandbox.paystack.cards import BY_NAME
from sandbox.server import Sandbox
from sandbox.switches import ENDPOINTS
from tests import factories
from tests.api import PREFIX, Api
from tests.conftest import EMPTY_ALL
from tests.payments.stage import run
from workers.binding import TICKS, run_row
from workers.celery_app import celery_app

# `away`: the gateway does nothing and says so; `deaf`: it does what it is asked and the answer is lost.
MOODS = {"well": None, "away": "500", "deaf": "hang_after_commit:0"}
DRIFT_SECONDS = 5.0

# People's sessions are not of this story, and what is append-only forbids it.
TIMES = """
SELECT string_agg(format('UPDATE %I SET %s', table_name, moved), '; ') FROM (
  SELECT table_name, string_agg(format('%1$I = %1$I + interval ''{seconds} s''', column_name), ', ') AS moved
  FROM information_schema.columns
  WHERE table_schema = 'public' AND data_type = 'timestamp with time zone' AND is_generated = 'NEVER'
    AND table_name IN (SELECT tablename FROM pg_tables WHERE schemaname = 'public')
    AND table_name NOT IN ('users', 'sessions')
    AND table_name NOT IN (SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname LIKE '%append_only%') GROUP BY table_name
) AS tables
"""
DUE = """
SELECT id, name, payload FROM outbox
WHERE kind = 'job' AND (queue = 'critical' OR name = 'payments.compare') AND dead_at IS NULL AND due_at <= clock_timestamp()
  AND coalesce(run_until, '-infinity') < clock_timestamp() ORDER BY id LIMIT 1
"""
PROMISED = """
SELECT count(*) FROM outbox WHERE kind = 'job' AND dead_at IS NULL AND name = :name AND payload->>:what = :id
"""
FACTS = """
SELECT json_build_object(
  'bookings', (SELECT json_object_agg(id, json_build_object('status', status, 'payment_status', payment_status, 'total', total_amount,
     'hold', extract(epoch FROM hold_expires_at - clock_timestamp()), 'warned', warned_at IS NOT NULL,
     'asked', lapse_asked_at IS NOT NULL, 'check_in', check_in, 'check_out', check_out,
     'rooms', (SELECT json_object_agg(id, room_id) FROM booking_rooms WHERE booking_id = b.id))) FROM bookings b),
  'payments', (SELECT json_object_agg(id, json_build_object('reference', reference, 'status', status, 'kept', kept, 'part', part,
     'amount', amount, 'applied', applied_at IS NOT NULL, 'refunded', refunded_amount, 'booking', booking_id)) FROM payments),
  'refunds', (SELECT json_object_agg(id, json_build_object('payment', payment_id, 'amount', amount, 'status', status,
     'gateway_id', gateway_id)) FROM refunds),
  'takings', (SELECT json_agg(json_build_object('room', room_id, 'first', check_in, 'end', check_out,
     'owner', coalesce(to_jsonb(a)->>'booking_room_id', to_jsonb(a)->>'booking_change_id', id::text),
     'until', extract(epoch FROM hold_expires_at - clock_timestamp()))) FROM allocations a),
  'overlaps', (SELECT count(*) FROM allocations a JOIN allocations b ON b.room_id = a.room_id AND b.id > a.id AND b.stay && a.stay),
  'hotels', (SELECT json_object_agg(id, status) FROM hotels)
)
"""
AUDIT = " UNION ALL ".join(
    f"SELECT '{one.name}' AS name, (SELECT count(*) FROM ({one.statement}) AS found) AS found" for one in invariants.ALL
)


class Clock:
    """Time that stands still but for what the machine moves: all instants in the database go back, as if so much had passed.

    What really passes meanwhile is taken off again.
    """

    def __init__(self) -> None:
        with reading() as session:
            self.moves: str = session.execute(text(TIMES)).scalar_one()
        self.at = time.monotonic()

    def move(self, seconds: float) -> None:
        elapsed, self.at = time.monotonic() - self.at, time.monotonic()
        with transaction() as session:
            session.connection().exec_driver_sql(self.moves.replace("{seconds}", f"{elapsed - seconds:.6f}"))

    def stand(self, *, exactly: bool = False) -> None:
        if exactly or time.monotonic() - self.at > DRIFT_SECONDS:
            self.move(0)


class Place:
    """One hotel of its own in an empty database, with its people. `callers`: who may act on each booking."""

    def __init__(self, app: Flask, box: Sandbox, rooms: dict[str, int]) -> None:
        run(EMPTY_ALL)
        box.reset()
        celery_app.loader.import_default_modules()
        # Webhooks are delivered by the machine alone, and banks move when it says so: no thread changes anything behind its back.
        box.world.switches.put({"webhook": "lost", "refund_path": "stuck_pending"})
        self.app, self.box, self.api, self.clock = app, box, Api(app), Clock()
        self.hotel = factories.hotel(rooms)
        self.owner = self.api.as_(factories.member(self.hotel.id))
        self.platform = self.api.as_(factories.person(role="platform_admin"))
        self.guests = [self.api.as_(factories.person()), self.api.as_(factories.person()), self.api]
        self.callers: dict[str, Api] = {}

    @property
    def world(self) -> Any:
        return self.box.world

    def facts(self) -> dict[str, Any]:
        """All that our rows say, ids as texts, instants as seconds from now."""
        with reading() as session:
            found: dict[str, Any] = session.execute(text(FACTS)).scalar_one()
        return {"bookings": {}, "payments": {}, "refunds": {}, "takings": []} | {
            name: told for name, told in found.items() if told is not None
        }

    def audit(self) -> dict[str, int]:
        """How many rows each named invariant finds, of those that find any."""
        with reading() as session:
            return {row.name: row.found for row in session.execute(text(AUDIT)) if row.found}

    def next_job(self) -> tuple[int, str, dict[str, Any]] | None:
        with reading() as session:
            row = session.execute(text(DUE)).first()
        return None if row is None else (row.id, row.name, row.payload)

    def run_job(self, row_id: int) -> None:
        run_row(row_id)

    def is_promised(self, name: str, **about: str) -> bool:
        ((what, whose),) = about.items()
        with reading() as session:
            return bool(session.scalar(text(PROMISED), {"name": name, "what": what, "id": whose}))

    def relay(self) -> None:
        """What dashboards were to hear by socket is too old for them by now, and the relay drops it."""
        run("DELETE FROM outbox WHERE kind = 'event'")

    def tick(self, name: str) -> None:
        """What beat orders, at a moment that is known exactly."""
        self.clock.stand(exactly=True)
        TICKS[name]()

    @contextmanager
    def gateway(self, mood: str) -> Iterator[None]:
        """The gateway in this mood meanwhile; nobody inherits the application's memory of it."""
        switch = MOODS[mood]
        if switch is not None:
            self.world.switches.put(dict.fromkeys(ENDPOINTS, switch))
        yield
        if switch is not None:
            for endpoint in ENDPOINTS:
                self.world.switches.clear(name=endpoint)
            paystack._client.cache_clear()

    def pay(self, reference: str, card: str, lie: int) -> str:
        """What a guest's card does at the checkout page; `lie`: kobo by which the gateway's word is to differ. Returns the state there."""
        if lie:
            self.world.switches.put({"amount_delta": lie}, scope=reference)
        transaction = transactions.in_any_mode(self.world.state, reference)[0]
        return checkout.pay(self.world, transaction, BY_NAME[card]).status

    def transactions(self) -> dict[str, Any]:
        """What the gateway has, by reference."""
        return {one.reference: one for one in transactions.in_any_mode(self.world.state, None)}

    def gateway_refunds(self) -> list[Any]:
        return gateway_refunds.between(self.world.state, None, None, None)

    def move_refund(self, gateway_id: int, status: str) -> None:
        gateway_refunds.move(self.world, gateway_id, status)

    def webhooks(self) -> list[dict[str, Any]]:
        """All that the gateway would have liked to tell us, oldest first."""
        return list(webhooks.deliveries(self.world.state))

    def deliver(self, webhook: dict[str, Any]) -> int:
        """One POST of it. Returns our answer's status."""
        headers = {"content-type": "application/json", webhooks.SIGNATURE_HEADER: webhook["signature"]}
        answer = self.app.test_client().post(
            f"{PREFIX}/webhooks/paystack", data=webhook["body"].encode(), headers=headers
        )
        return int(answer.status_code)
