"""What a vendor's endpoint does instead of answering well."""

from collections.abc import Callable

from flask import Response, jsonify, request
from flask.typing import ResponseReturnValue

from sandbox.switches import Switch
from sandbox.world import World

DROPPED = "sandbox.dropped"
BAD_GATEWAY = "<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"

Answer = Callable[[], ResponseReturnValue]


def drop() -> ResponseReturnValue:
    """Closes the connection without a byte of answer; the listener sees the mark and hangs up."""
    request.environ[DROPPED] = True
    return Response(status=500)


def run(world: World, fault: Switch | None, answer: Answer) -> ResponseReturnValue:
    """Answers, or misbehaves. Only `delay` and `hang_after_commit` let the call take effect."""
    word = fault.word if fault else "normal"
    seconds = fault.number if fault else 0.0
    if word in FAULTS:
        return FAULTS[word](world, seconds, answer)
    return answer()


def _too_many(_world: World, _seconds: float, _answer: Answer) -> ResponseReturnValue:
    return jsonify(status=False, message="Too many requests. Please try again later."), 429


def _error(_world: World, _seconds: float, _answer: Answer) -> ResponseReturnValue:
    return jsonify(status=False, message="An error occurred", type="api_error", code="unknown"), 500


def _html(_world: World, _seconds: float, _answer: Answer) -> ResponseReturnValue:
    return Response(BAD_GATEWAY, status=502, mimetype="text/html")


def _drop(_world: World, _seconds: float, _answer: Answer) -> ResponseReturnValue:
    return drop()


def _hang(world: World, seconds: float, _answer: Answer) -> ResponseReturnValue:
    world.background.sleep(seconds)
    return drop()


def _hang_after_commit(world: World, seconds: float, answer: Answer) -> ResponseReturnValue:
    answer()
    world.background.sleep(seconds)
    return drop()


def _delay(world: World, seconds: float, answer: Answer) -> ResponseReturnValue:
    world.background.sleep(seconds)
    return answer()


FAULTS: dict[str, Callable[[World, float, Answer], ResponseReturnValue]] = {
    "429": _too_many,
    "500": _error,
    "html_502": _html,
    "drop": _drop,
    "hang": _hang,
    "hang_after_commit": _hang_after_commit,
    "delay": _delay,
}
