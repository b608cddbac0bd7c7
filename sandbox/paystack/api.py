"""Paystack's API under /paystack: paths, methods and answers as published; faults as switched on."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from sandbox import faults
from sandbox.paystack import checkout, intake, listing, refund_shapes, refunds, shapes, transactions
from sandbox.paystack.cards import BY_NAME
from sandbox.paystack.envelopes import (
    PaystackError,
    invalid_key,
    missing_key,
    ok,
    reference_not_found,
    transaction_not_found,
)
from sandbox.world import World, this_world

blueprint = Blueprint("paystack", __name__, url_prefix="/paystack")

View = Callable[[World, str, str], dict[str, Any]]
"""(world, mode, last path segment or "") to the body of a 200. Raises PaystackError."""


def initialize(world: World, mode: str, _segment: str) -> dict[str, Any]:
    transaction = transactions.create(world.state, mode, intake.body())
    webhook = world.switches.peek("webhook", transaction.reference)
    if webhook is not None and webhook.word == "before_initialize_answer":
        checkout.pay(world, transaction, BY_NAME["success"])
    return ok(
        "Authorization URL created",
        {
            "authorization_url": f"{world.url}/checkout/{transaction.access_code}",
            "access_code": transaction.access_code,
            "reference": transaction.reference,
        },
    )


def verify(world: World, mode: str, reference: str) -> dict[str, Any]:
    transaction = transactions.find(world.state, mode, reference)
    if transaction is None:
        raise reference_not_found()
    data = shapes.disguise(shapes.verified(transaction), world.switches, using_up=True)
    return ok("Verification successful", data)


def list_transactions(world: World, mode: str, _segment: str) -> dict[str, Any]:
    since, until = listing.moments(request.args)
    found = [one for one in transactions.between(world.state, mode, since, until) if _is_wanted(one)]
    page, meta = listing.page(found, listing.asked(request.args))
    items = [shapes.disguise(shapes.listed(one), world.switches, using_up=False) for one in page]
    return ok("Transactions retrieved", items, meta)


def _is_wanted(transaction: transactions.Transaction) -> bool:
    customer = shapes.customer(transaction)
    facts = {
        "status": (transaction.status,),
        "customer": (str(customer["id"]), customer["customer_code"]),
        "amount": (str(transaction.amount),),
    }
    return all(request.args.get(name) in (None, "", *fitting) for name, fitting in facts.items())


def fetch_transaction(world: World, mode: str, transaction_id: str) -> dict[str, Any]:
    if not transaction_id.isdecimal():
        raise PaystackError("Transaction ID should be numeric.")
    transaction = transactions.find_by_id(world.state, mode, int(transaction_id))
    if transaction is None:
        raise transaction_not_found()
    data = shapes.disguise(shapes.fetched(transaction), world.switches, using_up=False)
    return ok("Transaction retrieved", data)


def refund(world: World, mode: str, _segment: str) -> dict[str, Any]:
    made = refunds.create(world, mode, intake.body())
    transaction = transactions.get(world.state, made.transaction_id)
    return ok("Refund has been queued for processing", refund_shapes.created(made, transaction))


def list_refunds(world: World, mode: str, _segment: str) -> dict[str, Any]:
    since, until = listing.moments(request.args)
    wanted, currency = request.args.get("transaction"), request.args.get("currency")
    found = [
        one
        for one in refunds.between(world.state, mode, since, until)
        if wanted in (None, "", one.reference, str(one.transaction_id)) and currency in (None, "", one.currency)
    ]
    page, meta = listing.page(found, listing.asked(request.args))
    meta.pop("total_volume", None)
    return ok("Refunds retrieved", [refund_shapes.read(one) for one in page], meta)


def fetch_refund(world: World, mode: str, refund_id: str) -> dict[str, Any]:
    return ok("Refund retrieved", refund_shapes.read(refunds.fetch(world.state, mode, refund_id)))


def retry_refund(world: World, mode: str, refund_id: str) -> dict[str, Any]:
    retried = refunds.retry(world, mode, refund_id, intake.body())
    return ok("Refund retried and has been queued for processing", refund_shapes.read(retried))


def session_timeout(world: World, mode: str, _segment: str) -> dict[str, Any]:
    if request.method == "GET":
        data = {"payment_session_timeout": checkout.session_timeout(world, mode)}
        return ok("Payment session timeout retrieved", data)
    seconds = str(intake.body().get("timeout", ""))
    if not seconds.isdecimal():
        raise PaystackError("timeout must be a number of seconds")
    checkout.set_session_timeout(world, mode, int(seconds))
    return ok("Payment session timeout updated", {"payment_session_timeout": int(seconds)})


def authenticated_mode(world: World) -> str:
    header = request.headers.get("Authorization")
    if not header:
        raise missing_key()
    kind, _, key = header.partition(" ")
    if kind.lower() != "bearer" or key.strip() not in world.keys:
        raise invalid_key()
    return world.keys[key.strip()]


def concerned_reference(world: World, mode: str, endpoint: str, segment: str) -> str:
    """The transaction reference a call is about, for counts and switches; "" when there is none."""
    if endpoint in ("fetch_refund", "retry_refund"):
        row = world.state.one("SELECT reference FROM refunds WHERE id = ?", segment)
        return str(row["reference"]) if row else ""
    given = request.get_json(silent=True) if request.is_json else dict(request.form.items())
    fields = given if isinstance(given, dict) else {}
    written = fields.get("transaction") or request.args.get("transaction") or segment
    known = transactions.find_either(world.state, mode, written) if written else None
    return known.reference if known else str(fields.get("reference") or written or "")


def _answer(world: World, mode: str, view: View, segment: str) -> ResponseReturnValue:
    try:
        return jsonify(view(world, mode, segment))
    except PaystackError as refusal:
        return jsonify(refusal.body), refusal.http_status


def _serve(endpoint: str, view: View) -> Callable[..., ResponseReturnValue]:
    def served(segment: str = "") -> ResponseReturnValue:
        world = this_world()
        try:
            mode = authenticated_mode(world)
        except PaystackError as refusal:
            return jsonify(refusal.body), refusal.http_status
        reference = concerned_reference(world, mode, endpoint, segment)
        world.calls.record(endpoint, reference)
        fault = world.switches.take(endpoint, reference)
        return faults.run(world, fault, lambda: _answer(world, mode, view, segment))

    return served


ROUTES: tuple[tuple[str, str, View], ...] = (
    ("POST /transaction/initialize", "initialize", initialize),
    ("GET /transaction/verify/<path:segment>", "verify", verify),
    ("GET /transaction", "list_transactions", list_transactions),
    ("GET /transaction/<segment>", "fetch_transaction", fetch_transaction),
    ("POST /refund", "refund", refund),
    ("GET /refund", "list_refunds", list_refunds),
    ("GET /refund/<segment>", "fetch_refund", fetch_refund),
    ("POST /refund/retry_with_customer_details/<segment>", "retry_refund", retry_refund),
    ("GET,PUT /integration/payment_session_timeout", "session_timeout", session_timeout),
)
for _rule, _endpoint, _view in ROUTES:
    _methods, _, _path = _rule.partition(" ")
    blueprint.add_url_rule(_path, _endpoint, _serve(_endpoint, _view), methods=_methods.split(","))
