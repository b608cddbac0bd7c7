"""Switches, settings, counts and reset: the sandbox's own API under /_control, for tests and the demo."""

from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from sandbox.switches import GLOBAL, Switches
from sandbox.world import this_world

blueprint = Blueprint("control", __name__, url_prefix="/_control")


def refused(message: object, http_status: int = 400) -> ResponseReturnValue:
    return jsonify(error=str(message)), http_status


def given() -> dict[str, Any]:
    parsed = request.get_json(silent=True)
    return parsed if isinstance(parsed, dict) else {}


def switch_list(switches: Switches) -> list[dict[str, Any]]:
    return [vars(switch) for switch in switches.everything()]


@blueprint.get("/switches")
def read_switches() -> ResponseReturnValue:
    return jsonify(switch_list(this_world().switches))


@blueprint.put("/switches")
def put_switches() -> ResponseReturnValue:
    """Body: {"scope": "global" (default) or a reference or an address, "times": N, and any number of name: value}."""
    wanted = given()
    scope, times = str(wanted.pop("scope", GLOBAL)), wanted.pop("times", None)
    if times is not None and (not isinstance(times, int) or times < 1):
        return refused("times: a whole number from 1 on")
    try:
        this_world().switches.put(wanted, scope=scope, times=times)
    except ValueError as error:
        return refused(error)
    return read_switches()


@blueprint.delete("/switches")
def clear_switches() -> ResponseReturnValue:
    """Query: `scope`, `name`; without them all."""
    gone = this_world().switches.clear(scope=request.args.get("scope"), name=request.args.get("name"))
    return jsonify(deleted=gone)


@blueprint.get("/settings")
def read_settings() -> ResponseReturnValue:
    return jsonify(this_world().settings.everything())


@blueprint.put("/settings")
def put_settings() -> ResponseReturnValue:
    try:
        this_world().settings.change(given())
    except ValueError as error:
        return refused(error)
    return read_settings()


@blueprint.get("/calls")
def read_calls() -> ResponseReturnValue:
    """Query: `endpoint`, `reference`. {"calls": [{endpoint, reference, count}], "total": N}."""
    rows = this_world().calls.rows(request.args.get("endpoint"), request.args.get("reference"))
    return jsonify(calls=[dict(row) for row in rows], total=sum(row["count"] for row in rows))


@blueprint.delete("/calls")
def reset_calls() -> ResponseReturnValue:
    this_world().calls.reset()
    return jsonify(ok=True)


@blueprint.post("/reset")
def reset() -> ResponseReturnValue:
    """Forgets everything but the settings; ids go on."""
    this_world().reset()
    return jsonify(ok=True)
