"""The webhook sender: signed bytes, retries, and every way a webhook can go wrong.

The signature is the lower-case hex HMAC-SHA512 of the exact bytes sent, keyed with the secret key, in
`x-paystack-signature`; only HTTP 200 counts as delivered (paystack.com/docs/payments/webhooks).
"""

import hashlib
import hmac
import json
import sqlite3
import time
from dataclasses import dataclass
from functools import partial
from typing import Any

import requests

from sandbox import clock
from sandbox.state import State
from sandbox.switches import Switch
from sandbox.world import World

SIGNATURE_HEADER = "x-paystack-signature"
QUICK_RETRIES = 4
QUICK_STEP_SECONDS = 1.0
SLOW_STEP_SECONDS = 5.0


@dataclass(frozen=True)
class Event:
    """`reference` is the transaction's: switches and listings go by it."""

    name: str
    mode: str
    reference: str
    data: dict[str, Any]

    def body(self) -> str:
        """As JavaScript's JSON.stringify writes it: no spaces, nothing escaped that need not be."""
        return json.dumps({"event": self.name, "data": self.data}, separators=(",", ":"), ensure_ascii=False)


def sign(secret_key: str, body: bytes) -> str:
    return hmac.new(secret_key.encode(), body, hashlib.sha512).hexdigest()


def publish(world: World, event: Event) -> None:
    """Sends soon, unless a switch says otherwise; returns at once except under `before_answer`."""
    switch = world.switches.take("webhook", event.reference) or Switch("", "webhook", "normal", None)
    if switch.word == "lost":
        _store(world, event, state="lost")
    elif switch.word.startswith("before_"):
        attempt(world, _store(world, event))
    else:
        for _ in range({"twice": 2, "times": int(switch.number)}.get(switch.word, 1)):
            _send_later(world, event, switch)
    if switch.word == "out_of_order" and event.name == "charge.success":
        _send_failure_after(world, event)


def _send_later(world: World, event: Event, switch: Switch) -> None:
    key = "sk_test_somebody_else" if switch.word == "wrong_signature" else None
    delivery_id = _store(world, event, key=key)
    _schedule(world, delivery_id, switch.number if switch.word == "late" else 0.0)


def _send_failure_after(world: World, event: Event) -> None:
    """An older failure that overtook nothing: it arrives when the success is already there."""
    failed = event.data | {"status": "failed", "gateway_response": "Declined", "paid_at": None, "paidAt": None}
    late = Event("charge.failed", event.mode, event.reference, failed)
    _schedule(world, _store(world, late), 0.2)


def _store(world: World, event: Event, *, key: str | None = None, state: str = "waiting") -> int:
    body = event.body()
    signature = sign(key or world.secret_key(event.mode), body.encode())
    return keep(world.state, event.name, event.reference, body, signature=signature, state=state)


def keep(
    state_of: State, event: str, reference: str, body: str, *, signature: str | None, state: str = "waiting"
) -> int:
    """Records a delivery to be; without a signature the header is left out."""
    return state_of.insert(
        "INSERT INTO deliveries (event, reference, body, signature, state, created_at, next_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        event, reference, body, signature, state, clock.now(), clock.now() if state == "waiting" else None,
    )  # fmt: skip


def _schedule(world: World, delivery_id: int, seconds: float) -> None:
    world.state.run("UPDATE deliveries SET next_at = ? WHERE id = ?", clock.now() + seconds, delivery_id)
    world.background.later(seconds, partial(attempt, world, delivery_id))


def resume(world: World) -> None:
    """Goes on with the deliveries that were under way when the sandbox stopped."""
    for row in world.state.all("SELECT id, next_at FROM deliveries WHERE state = 'waiting'"):
        _schedule(world, row["id"], max(0.0, (row["next_at"] or 0) - clock.now()))


def attempt(world: World, delivery_id: int, *, retrying: bool = True) -> None:
    """One POST; plans the next one when it was not answered with 200."""
    delivery = world.state.one("SELECT * FROM deliveries WHERE id = ? AND state = 'waiting'", delivery_id)
    if delivery is None:
        return
    url = world.settings.webhook_url
    if url is None:
        _finish(world, delivery_id, "no_url")
        return
    made = [*json.loads(delivery["attempts"]), _post(world, url, delivery)]
    world.state.run("UPDATE deliveries SET attempts = ?, url = ? WHERE id = ?", json.dumps(made), url, delivery_id)
    if made[-1]["status"] == 200:
        _finish(world, delivery_id, "delivered")
    elif not retrying or len(made) >= world.settings.number("webhook_attempts"):
        _finish(world, delivery_id, "given_up")
    else:
        _schedule(world, delivery_id, retry_after(len(made), world.settings.number("retry_factor")))


def retry_after(attempts_made: int, factor: float) -> float:
    """Seconds. The real schedule is four steps of 3 minutes, then hourly; a factor of 180 gives the real first four."""
    return (QUICK_STEP_SECONDS if attempts_made <= QUICK_RETRIES else SLOW_STEP_SECONDS) * factor


def _finish(world: World, delivery_id: int, state: str) -> None:
    world.state.run("UPDATE deliveries SET state = ?, next_at = NULL WHERE id = ?", state, delivery_id)


def _post(world: World, url: str, delivery: sqlite3.Row) -> dict[str, Any]:
    headers = {"content-type": "application/json"}
    if delivery["signature"] is not None:
        headers[SIGNATURE_HEADER] = delivery["signature"]
    began, at = time.monotonic(), clock.iso(clock.now())
    status, error = None, None
    try:
        with requests.Session() as session:
            session.trust_env = False
            timeout = world.settings.number("webhook_timeout_seconds")
            answer = session.post(
                url, data=delivery["body"].encode(), headers=headers, timeout=timeout, allow_redirects=False
            )
            status = answer.status_code
    except requests.RequestException as problem:
        error = type(problem).__name__
    return {"at": at, "status": status, "error": error, "milliseconds": int((time.monotonic() - began) * 1000)}


def deliveries(state: State, reference: str | None = None, event: str | None = None) -> list[dict[str, Any]]:
    """Oldest first, with their attempts."""
    rows = state.all(
        "SELECT * FROM deliveries WHERE (?1 IS NULL OR reference = ?1) AND (?2 IS NULL OR event = ?2) ORDER BY id",
        reference, event,
    )  # fmt: skip
    times = ("next_at", "created_at")
    return [
        {**dict(row), "attempts": json.loads(row["attempts"]), **{name: clock.iso(row[name]) for name in times}}
        for row in rows
    ]
