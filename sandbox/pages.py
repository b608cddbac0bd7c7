"""The sandbox's front page, and how pages write money and time."""

import json

from flask import Blueprint, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue

from sandbox import clock
from sandbox.paystack import refunds, transactions, webhooks
from sandbox.switches import GLOBAL, RULES
from sandbox.world import this_world

blueprint = Blueprint("pages", __name__)

SHOWN = 20


def naira(kobo: int) -> str:
    """875 -> "₦8.75"."""
    return f"₦{kobo // 100:,}.{kobo % 100:02d}"


def moment(seconds: float | None) -> str:
    return (clock.iso(seconds) or "")[:19].replace("T", " ")


@blueprint.get("/healthz")
def healthz() -> ResponseReturnValue:
    return jsonify(ok=True)


@blueprint.get("/")
def index() -> str:
    world = this_world()
    known = transactions.in_any_mode(world.state, None)
    return render_template(
        "index.html",
        open_checkouts=[one for one in known if not one.is_paid][:SHOWN],
        payments=[one for one in known if one.is_paid][:SHOWN],
        refunds=refunds.between(world.state, None, None, None)[:SHOWN],
        deliveries=webhooks.deliveries(world.state)[: -SHOWN - 1 : -1],
        switches=world.switches.everything(),
        switch_names=list(RULES),
        mail_count=len(world.mail.matching()),
        webhook_url=world.settings.webhook_url,
    )


@blueprint.post("/switches")
def set_switch() -> ResponseReturnValue:
    """The form of the front page; a value is read as JSON when it is JSON, else as a word."""
    form = request.form
    written = form.get("value", "")
    try:
        value = json.loads(written)
    except ValueError:
        value = written
    # `429` and `500` are words here, although they read as numbers.
    fitting = written if RULES.get(form.get("name", ""), bool)(written) else value
    times = form.get("times", "")
    try:
        this_world().switches.put(
            {form.get("name", ""): fitting}, scope=form.get("scope") or GLOBAL, times=int(times) if times else None
        )
    except ValueError as error:
        return render_template("message.html", title="No such switch", message=str(error)), 400
    return redirect("/#switches", 303)


@blueprint.post("/switches/clear")
def clear_switches() -> ResponseReturnValue:
    this_world().switches.clear(scope=request.form.get("scope"), name=request.form.get("name"))
    return redirect("/#switches", 303)
