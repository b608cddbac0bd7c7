"""Paystack behind the curtain: pay without the page, move refunds, send any webhook, see what was sent."""

import json
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from sandbox import clock
from sandbox.control import given, refused
from sandbox.paystack import checkout, refunds, transactions, webhooks
from sandbox.paystack.cards import find_card
from sandbox.paystack.envelopes import PaystackError
from sandbox.paystack.transactions import Transaction
from sandbox.world import this_world

blueprint = Blueprint("control_paystack", __name__, url_prefix="/_control")


@blueprint.post("/pay")
def pay() -> ResponseReturnValue:
    """Body: {"reference", "card": alias or number, "success" when left out}. {status, reference, message, redirect}."""
    world, wanted = this_world(), given()
    found = transactions.in_any_mode(world.state, str(wanted.get("reference", "")))
    card = find_card(str(wanted.get("card") or "success"))
    if not found or card is None:
        return refused("no such reference" if card else "no such card", 404 if card else 400)
    try:
        return jsonify(vars(checkout.pay(world, found[0], card)))
    except PaystackError as refusal:
        return jsonify(refusal.body), refusal.http_status


@blueprint.get("/transactions")
def read_transactions() -> ResponseReturnValue:
    """Query: `reference`. Newest first, with access_code and authorization_url."""
    found = transactions.in_any_mode(this_world().state, request.args.get("reference"))
    return jsonify([_as_json(one) for one in found])


def _as_json(transaction: Transaction) -> dict[str, Any]:
    times = {"created_at": clock.iso(transaction.created_at), "paid_at": clock.iso(transaction.paid_at)}
    link = f"{this_world().url}/checkout/{transaction.access_code}"
    return {**vars(transaction), **times, "authorization_url": link}


@blueprint.get("/refunds")
def read_refunds() -> ResponseReturnValue:
    """Query: `reference`. Newest first."""
    wanted = request.args.get("reference")
    found = refunds.between(this_world().state, None, None, None)
    return jsonify([vars(one) for one in found if wanted in (None, one.reference)])


@blueprint.post("/refunds/<int:refund_id>/state")
def move_refund(refund_id: int) -> ResponseReturnValue:
    """Body: {"status"}. Moves it there at once, with its webhook, and leaves it there."""
    status = given().get("status")
    if status not in refunds.STATUSES:
        return refused(f"status: one of {', '.join(refunds.STATUSES)}")
    if not refunds.move(this_world(), refund_id, status):
        return refused("no such refund", 404)
    return jsonify(vars(refunds.get(this_world().state, refund_id)))


@blueprint.get("/deliveries")
def read_deliveries() -> ResponseReturnValue:
    """Query: `reference`, `event`. Oldest first, each with its attempts."""
    return jsonify(webhooks.deliveries(this_world().state, request.args.get("reference"), request.args.get("event")))


@blueprint.post("/webhook")
def send_webhook() -> ResponseReturnValue:
    """Body: {"body": an object, or the exact text; "signature": one to send instead of the right one, null for none;
    "mode"}. Sends it once, now. The delivery, with the status of its attempt.
    """
    world, wanted = this_world(), given()
    body, mode = wanted.get("body"), str(wanted.get("mode") or "test")
    if body is None or mode not in world.keys.values():
        return refused("body and a mode that has a key are needed")
    text = body if isinstance(body, str) else json.dumps(body, separators=(",", ":"), ensure_ascii=False)
    signature = wanted.get("signature", webhooks.sign(world.secret_key(mode), text.encode()))
    event = str(body.get("event", "")) if isinstance(body, dict) else ""
    delivery_id = webhooks.keep(world.state, event, "", text, signature=signature)
    webhooks.attempt(world, delivery_id, retrying=False)
    return jsonify(next(one for one in webhooks.deliveries(world.state) if one["id"] == delivery_id))
