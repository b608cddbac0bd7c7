"""The hosted checkout page: what a customer sees at `authorization_url`."""

from typing import Any

from flask import Blueprint, abort, jsonify, redirect, render_template, request
from flask.typing import ResponseReturnValue

from sandbox.paystack import checkout, transactions
from sandbox.paystack.cards import CARDS, Card, find_card
from sandbox.paystack.checkout import Outcome
from sandbox.paystack.envelopes import PaystackError
from sandbox.paystack.transactions import Transaction
from sandbox.world import this_world

blueprint = Blueprint("checkout", __name__, url_prefix="/checkout")


def _transaction(access_code: str) -> Transaction:
    found = transactions.find_by_access_code(this_world().state, access_code)
    return found if found is not None else abort(404)


def _wants_json() -> bool:
    return request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"


def _offered(transaction: Transaction) -> list[Card]:
    """The cards of the channels the merchant left open; no list means all of them."""
    return [card for card in CARDS if not transaction.channels or card.channel in transaction.channels]


@blueprint.get("/<access_code>")
def show(access_code: str) -> ResponseReturnValue:
    world, transaction = this_world(), _transaction(access_code)
    if checkout.is_expired(world, transaction) and not transaction.is_paid:
        return _late()
    transactions.mark_ongoing(world.state, transaction.id)
    if transaction.is_paid:
        return render_template("paid.html", transaction=transaction, onward=checkout.callback(transaction))
    return render_template(
        "checkout.html", transaction=transaction, cards=_offered(transaction), cancel=checkout.cancelled(transaction)
    )


def _late() -> ResponseReturnValue:
    message = "Transaction cannot be completed. Session timeout exceeded."
    return render_template("message.html", title="Too late", message=message), 400


@blueprint.post("/<access_code>")
def pay(access_code: str) -> ResponseReturnValue:
    """Form or JSON: `card`, a number or an alias. A browser goes on to the callback; JSON clients get
    {status, reference, message, redirect}.
    """
    world, transaction = this_world(), _transaction(access_code)
    card = find_card(str(_fields().get("card", "")))
    if card is None:
        return _unknown_card()
    try:
        outcome = checkout.pay(world, transaction, card)
    except PaystackError as refusal:
        return (jsonify(refusal.body), refusal.http_status) if _wants_json() else _late()
    return jsonify(vars(outcome)) if _wants_json() else _onward(transaction, outcome)


def _fields() -> dict[str, Any]:
    parsed = request.get_json(silent=True) if request.is_json else request.form.to_dict()
    return parsed if isinstance(parsed, dict) else {}


def _unknown_card() -> ResponseReturnValue:
    message = "Only the test cards of the page can be used."
    if _wants_json():
        return jsonify(status=False, message=message), 400
    return render_template("message.html", title="Unknown card", message=message), 400


def _onward(transaction: Transaction, outcome: Outcome) -> ResponseReturnValue:
    if outcome.redirect is not None:
        return redirect(outcome.redirect, 303)
    return redirect(f"/checkout/{transaction.access_code}", 303)


@blueprint.get("/<access_code>/cancel")
def cancel(access_code: str) -> ResponseReturnValue:
    """To metadata.cancel_action, else to the callback; the transaction stays open."""
    onward = checkout.cancelled(_transaction(access_code))
    if onward is None:
        return render_template("message.html", title="Cancelled", message="You can close this page.")
    return redirect(onward, 303)
