"""`python -m demo story [--json]`: plays the scenes in order, says each and its time, stops at the first that does not hold."""

import json
import time
from collections.abc import Callable
from typing import Any

from demo.story import arrival, opening, payment, terms, time_runs_out
from demo.story.cast import Cast
from demo.story.stage import Stage

Scene = Callable[[Cast], str]

SCENES: tuple[Scene, ...] = (
    arrival.admin_logs_in,
    arrival.dashboard_joins,
    arrival.strangers_are_refused,
    arrival.guest_registers,
    arrival.guest_searches,
    arrival.guest_sees_offers,
    arrival.guest_books,
    arrival.same_request_again,
    arrival.second_guest_is_refused,
    payment.guest_starts_payment,
    payment.guest_pays,
    payment.booking_is_confirmed,
    payment.room_locks_are_gone,
    payment.mail_has_come,
    time_runs_out.four_holds_are_left,
    arrival.fifty_for_ten,
    arrival.twelve_for_twelve,
    time_runs_out.warned_once_then_expired,
    time_runs_out.someone_else_books_it,
    time_runs_out.late_money_same_rooms,
    time_runs_out.late_money_another_room,
    time_runs_out.late_money_refunded,
    opening.owner_registers,
    opening.owner_submits,
    opening.platform_approves,
    opening.owner_furnishes,
    opening.first_room_is_sold,
    opening.guest_finds_it_again,
    terms.season_is_priced,
    terms.room_is_blocked,
    terms.stay_is_lengthened,
    terms.booking_is_cancelled,
)


def play(*, as_json: bool) -> int:
    """0 if every scene held."""
    cast = Cast(Stage.from_environment())
    steps: list[dict[str, Any]] = []
    try:
        for scene in SCENES:
            steps.append(_played(scene, cast))
            if not steps[-1]["ok"]:
                break
    finally:
        cast.close()
    ok = len(steps) == len(SCENES) and all(step["ok"] for step in steps)
    _say_end(steps, ok=ok)
    if as_json:
        kept = [{name: step[name] for name in ("name", "ok", "ms")} for step in steps]
        print(json.dumps({"ok": ok, "steps": kept}), flush=True)
    return 0 if ok else 1


def _played(scene: Scene, cast: Cast) -> dict[str, Any]:
    began = time.monotonic()
    ok, said = _tried(scene, cast)
    ms = round((time.monotonic() - began) * 1000)
    name = (scene.__doc__ or scene.__name__).strip()
    print(f"{'✓' if ok else '✗'} {ms:6} ms  {name}: {said}", flush=True)
    return {"name": name, "ok": ok, "ms": ms}


def _tried(scene: Scene, cast: Cast) -> tuple[bool, str]:
    try:
        return True, scene(cast)
    except Exception as error:
        return False, f"{type(error).__name__}: {error}"


def _say_end(steps: list[dict[str, Any]], *, ok: bool) -> None:
    seconds = sum(step["ms"] for step in steps) / 1000
    held = sum(step["ok"] for step in steps)
    print(
        f"{held} of {len(SCENES)} steps held in {seconds:.1f} s" + ("" if ok else ": the story does not hold"),
        flush=True,
    )
