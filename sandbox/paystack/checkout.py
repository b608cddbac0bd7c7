"""Paying: what happens when a customer presses the button of the hosted checkout page."""

from dataclasses import dataclass
from urllib.parse import urlencode

from sandbox import clock
from sandbox.paystack import shapes, transactions
from sandbox.paystack.cards import Card
from sandbox.paystack.envelopes import session_expired
from sandbox.paystack.transactions import Transaction
from sandbox.paystack.webhooks import Event, publish
from sandbox.world import World


@dataclass(frozen=True)
class Outcome:
    """`redirect` is where the browser goes next; None when the merchant named no callback_url."""

    status: str
    reference: str
    message: str
    redirect: str | None


def session_timeout(world: World, mode: str) -> int:
    """Seconds a checkout stays open after initialize; 0 = for ever. One for the whole account of that mode."""
    return int(world.settings.number(f"session_timeout:{mode}"))


def set_session_timeout(world: World, mode: str, seconds: int) -> None:
    world.settings.put(f"session_timeout:{mode}", seconds)


def is_expired(world: World, transaction: Transaction) -> bool:
    seconds = session_timeout(world, transaction.mode)
    return seconds > 0 and clock.now() - transaction.created_at > seconds


def pay(world: World, transaction: Transaction, card: Card) -> Outcome:
    """Takes the money once; a transaction that is paid already stays as it is. Raises PaystackError when too late."""
    if not transaction.is_paid:
        if is_expired(world, transaction):
            raise session_expired()
        _attempt(world, transaction, card)
    return outcome(transactions.get(world.state, transaction.id))


def _attempt(world: World, transaction: Transaction, card: Card) -> None:
    if card.status != "success":
        transactions.mark_unpaid(world.state, transaction, card)
    elif transactions.mark_paid(world.state, transaction, card):
        data = shapes.charged(transactions.get(world.state, transaction.id))
        told = shapes.disguise(data, world.switches, using_up=False)
        publish(world, Event("charge.success", transaction.mode, transaction.reference, told))


def outcome(transaction: Transaction) -> Outcome:
    message = transaction.gateway_response or shapes.NOT_COMPLETED
    return Outcome(transaction.status, transaction.reference, message, callback(transaction))


def callback(transaction: Transaction) -> str | None:
    """The merchant's URL with the reference under both of the names Paystack uses."""
    if not transaction.callback_url:
        return None
    query = urlencode({"trxref": transaction.reference, "reference": transaction.reference})
    return f"{transaction.callback_url}{'&' if '?' in transaction.callback_url else '?'}{query}"


def cancelled(transaction: Transaction) -> str | None:
    """Where the cancel link leads: metadata.cancel_action, else the callback."""
    if isinstance(transaction.metadata, dict) and transaction.metadata.get("cancel_action"):
        return str(transaction.metadata["cancel_action"])
    return callback(transaction)
