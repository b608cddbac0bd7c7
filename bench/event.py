"""Events: from a payment's webhook to the hotel's dashboard, and from one event to a thousand dashboards, beside bare Redis."""

from typing import Any

from bench import event_fan_out, event_payments
from bench.event_world import world
from bench.rounds import say


def run() -> dict[str, Any]:
    """`{payments, p50_ms, p99_ms, redis_p50_ms, redis_p99_ms, fanout_last_ms, redis_fanout_last_ms, …}`"""
    say("event: starting a system …")
    with world("bench-event") as made:
        return event_payments.play(made) | event_fan_out.play(made)
