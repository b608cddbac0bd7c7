"""The booking bench: a crowd for one room, and bookings a second beside the same statements by pgbench."""

from typing import Any

from bench import booking_crowd, booking_rate
from bench.booking_world import world
from bench.rounds import say


def run() -> dict[str, Any]:
    """`{"crowd": {winners, refused, errors, seconds}, "rate": {bookings_per_s, pgbench_per_s, ratio_to_pgbench, …}}`"""
    say("booking: starting a system …")
    with world() as made:
        return {"crowd": booking_crowd.play(made), "rate": booking_rate.play(made)}
