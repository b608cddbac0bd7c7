"""200 guests who want the same room for the same night, released at one moment."""

import http.client
import json
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from bench.booking_world import World, address, body, id_of, token
from bench.rounds import ROUNDS, median, say

CROWD = 200
HOTEL, ROOM = 1, 1


@dataclass(frozen=True)
class Crowd:
    """What was answered: 201, 409 `room_taken`, anything else; seconds from the release to the last answer."""

    winners: int
    refused: int
    errors: int
    seconds: float


def play(world: World) -> dict[str, Any]:
    """Each round wants another night. Of winners and refused the rounds must agree, so their sums are told as one round's."""
    rounds = [_round(world, days_ahead=10 + number) for number in range(ROUNDS)]
    return {
        "winners": max(one.winners for one in rounds),
        "refused": min(one.refused for one in rounds),
        "errors": sum(one.errors for one in rounds),
        "seconds": round(median([one.seconds for one in rounds]), 3),
        "rounds": [vars(one) for one in rounds],
    }


def _round(world: World, days_ahead: int) -> Crowd:
    release = threading.Barrier(CROWD + 1)
    with ThreadPoolExecutor(CROWD) as guests:
        asked = [guests.submit(_ask, world.api, number, days_ahead, release) for number in range(1, CROWD + 1)]
        release.wait(60)
        began = time.monotonic()
        answers = Counter(answer.result() for answer in asked)
        seconds = time.monotonic() - began
    winners, refused = answers[(201, None)], answers[(409, "room_taken")]
    played = Crowd(winners, refused, CROWD - winners - refused, round(seconds, 3))
    say(f"  {CROWD} at once: {played}")
    return played


def _ask(api: str, number: int, days_ahead: int, release: threading.Barrier) -> tuple[int, str | None]:
    """The status and the problem's code; (0, …) when no answer came."""
    place, wanted = urlsplit(api), body({"room_id": id_of("room", ROOM)}, HOTEL, days_ahead, number)
    headers = {"X-Forwarded-For": address(number), "Content-Type": "application/json"}
    headers |= {"Authorization": f"Bearer {token(number)}", "Idempotency-Key": f"crowd-{time.monotonic_ns()}-{number}"}
    connection = http.client.HTTPConnection(place.netloc, timeout=30)
    try:
        connection.connect()
        release.wait(60)
        connection.request("POST", f"{place.path}/bookings", wanted, headers)
        answer = connection.getresponse()
        told = json.loads(answer.read())
        return answer.status, told.get("code")
    except OSError as error:
        return 0, type(error).__name__
    finally:
        connection.close()
