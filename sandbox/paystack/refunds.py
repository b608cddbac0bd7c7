"""Refunds: pending, then processing, then processed, failed or needs-attention; each step is told by a webhook."""

import json
import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from sandbox import clock
from sandbox.paystack import intake, refund_shapes, transactions
from sandbox.paystack.cards import BY_NAME
from sandbox.paystack.envelopes import (
    PaystackError,
    insufficient_balance,
    refund_not_found,
    transaction_not_found,
    transaction_reversed,
)
from sandbox.paystack.refund_shapes import Refund
from sandbox.paystack.transactions import Transaction
from sandbox.paystack.webhooks import Event, publish
from sandbox.state import State
from sandbox.world import World

SLOW_FACTOR = 10
STATUSES = ("pending", "processing", "processed", "failed", "needs-attention")
NEXT = {
    "normal": {"pending": "processing", "processing": "processed"},
    "failed": {"pending": "processing", "processing": "failed"},
    "needs_attention": {"pending": "processing", "processing": "needs-attention"},
    "stuck_pending": {},
}
WRONG_STATE = 'Invalid Refund state, refund status should be "needs-attention"'


@dataclass(frozen=True)
class Course:
    """How a refund will go: its path through NEXT and the seconds it spends in each state."""

    path: str
    step_seconds: float


def create(world: World, mode: str, given: Mapping[str, Any]) -> Refund:
    """`given` is the body of POST /refund. Raises PaystackError."""
    if given.get("transaction") in (None, ""):
        raise PaystackError("Transaction is required", code="missing_params")
    transaction = transactions.find_either(world.state, mode, given["transaction"])
    if transaction is None:
        raise transaction_not_found()
    _amount_to_refund(world.state, transaction, given)
    _refuse_when_poor(world, transaction)
    with world.state.transaction():
        # Again, and alone this time: two calls at once must not give back the same money twice.
        amount = _amount_to_refund(world.state, transaction, given)
        refund_id = _insert(world.state, transaction, amount, given, _course(world, transaction))
    _announce(world, refund_id)
    _plan_step(world, get(world.state, refund_id))
    return get(world.state, refund_id)


def _amount_to_refund(state: State, transaction: Transaction, given: Mapping[str, Any]) -> int:
    if not transaction.is_paid:
        raise PaystackError("Transaction has not been paid for and cannot be refunded")
    left = transaction.amount - refunded(state, transaction.id)
    if left <= 0:
        raise transaction_reversed()
    amount = left if given.get("amount") in (None, "") else intake.kobo(given["amount"])
    if amount > left:
        raise PaystackError("Refund amount cannot be more than the amount left on the transaction")
    return amount


def _refuse_when_poor(world: World, transaction: Transaction) -> None:
    balance = world.switches.take("balance", transaction.reference)
    if balance is not None and balance.value == "low":
        raise insufficient_balance()


def refunded(state: State, transaction_id: int) -> int:
    """Kobo that went or are going back; a failed refund returned to the merchant."""
    row = state.one(
        "SELECT coalesce(sum(amount), 0) AS kobo FROM refunds WHERE transaction_id = ? AND status <> 'failed'",
        transaction_id,
    )
    return int(row["kobo"]) if row else 0


def _course(world: World, transaction: Transaction) -> Course:
    """A switch wins over the card."""
    step = world.settings.number("refund_step_seconds")
    switch = world.switches.take("refund_path", transaction.reference)
    if switch is None:
        return Course(BY_NAME[transaction.card or ""].refund_path, step)
    if switch.word == "slow":
        return Course("normal", switch.number or step * SLOW_FACTOR)
    return Course(switch.word, step)


def _insert(state: State, transaction: Transaction, amount: int, given: Mapping[str, Any], course: Course) -> int:
    moment = clock.now()
    return state.insert(
        "INSERT INTO refunds (mode, transaction_id, reference, amount, currency, status, path, step_seconds,"
        " customer_note, merchant_note, created_at, updated_at) VALUES (?, ?, ?, ?, ?, 'pending', ?, ?, ?, ?, ?, ?)",
        transaction.mode, transaction.id, transaction.reference, amount, transaction.currency, course.path,
        course.step_seconds, given.get("customer_note"), given.get("merchant_note"), moment, moment,
    )  # fmt: skip


def _from_row(row: sqlite3.Row) -> Refund:
    return Refund(**dict(row))


def get(state: State, refund_id: int) -> Refund:
    """Raises LookupError."""
    row = state.one("SELECT * FROM refunds WHERE id = ?", refund_id)
    if row is None:
        raise LookupError(refund_id)
    return _from_row(row)


def fetch(state: State, mode: str, refund_id: str) -> Refund:
    """Raises PaystackError when this mode has no such refund."""
    row = state.one("SELECT * FROM refunds WHERE mode = ? AND id = ?", mode, refund_id)
    if row is None:
        raise refund_not_found()
    return _from_row(row)


def between(state: State, mode: str | None, since: float | None, until: float | None) -> list[Refund]:
    """Made in the closed interval, newest first; None leaves an end open."""
    rows = state.all(
        "SELECT * FROM refunds WHERE (?1 IS NULL OR mode = ?1) AND (?2 IS NULL OR created_at >= ?2)"
        " AND (?3 IS NULL OR created_at <= ?3) ORDER BY id DESC",
        mode, since, until,
    )  # fmt: skip
    return [_from_row(row) for row in rows]


def move(world: World, refund_id: int, status: str, *, only_from: str | None = None) -> bool:
    """To `status`, with its webhook. False when `only_from` is given and the refund is no longer there."""
    moment = clock.now()
    with world.state.transaction():
        changed = world.state.run(
            "UPDATE refunds SET status = ?1, updated_at = ?2, next_at = NULL WHERE id = ?3"
            " AND (?4 IS NULL OR status = ?4)",
            status, moment, refund_id, only_from,
        )  # fmt: skip
        if changed and status == "processed":
            _settle(world.state, refund_id, moment)
    if changed:
        _announce(world, refund_id)
    return bool(changed)


def _settle(state: State, refund_id: int, moment: float) -> None:
    """The money has left; a transaction that has given all of it back is reversed."""
    number = str(secrets.randbelow(9 * 10**11) + 10**11)
    state.run("UPDATE refunds SET refund_reference = ?, refunded_at = ? WHERE id = ?", number, moment, refund_id)
    refund = get(state, refund_id)
    row = state.one(
        "SELECT coalesce(sum(amount), 0) AS kobo FROM refunds WHERE transaction_id = ? AND status = 'processed'",
        refund.transaction_id,
    )
    if row and row["kobo"] >= transactions.get(state, refund.transaction_id).amount:
        transactions.mark_reversed(state, refund.transaction_id)


def _announce(world: World, refund_id: int) -> None:
    refund = get(world.state, refund_id)
    transaction = transactions.get(world.state, refund.transaction_id)
    data = refund_shapes.told(refund, transaction)
    publish(world, Event(f"refund.{refund.status}", refund.mode, refund.reference, data))


def _plan_step(world: World, refund: Refund) -> None:
    if refund.status not in NEXT[refund.path]:
        return
    due = clock.now() + refund.step_seconds
    world.state.run("UPDATE refunds SET next_at = ? WHERE id = ? AND status = ?", due, refund.id, refund.status)
    world.background.later(refund.step_seconds, partial(_step, world, refund.id, refund.status))


def _step(world: World, refund_id: int, status: str) -> None:
    """Nothing when somebody moved the refund meanwhile."""
    if world.state.one("SELECT 1 FROM refunds WHERE id = ? AND status = ?", refund_id, status) is None:
        return
    path = get(world.state, refund_id).path
    if move(world, refund_id, NEXT[path][status], only_from=status):
        _plan_step(world, get(world.state, refund_id))


def resume(world: World) -> None:
    """Goes on with the refunds that were under way when the sandbox stopped."""
    for row in world.state.all("SELECT id, status, next_at FROM refunds WHERE next_at IS NOT NULL"):
        world.background.later(row["next_at"] - clock.now(), partial(_step, world, row["id"], row["status"]))


def retry(world: World, mode: str, refund_id: str, given: Mapping[str, Any]) -> Refund:
    """With the customer's bank account, from needs-attention to processing. Raises PaystackError."""
    refund = fetch(world.state, mode, refund_id)
    account = given.get("refund_account_details")
    if not isinstance(account, dict) or not account.get("account_number") or not account.get("bank_id"):
        raise PaystackError("refund_account_details is required", code="missing_params")
    world.state.run("UPDATE refunds SET path = 'normal', account = ? WHERE id = ?", json.dumps(account), refund.id)
    if not move(world, refund.id, "processing", only_from="needs-attention"):
        world.state.run("UPDATE refunds SET path = ? WHERE id = ?", refund.path, refund.id)
        raise PaystackError(WRONG_STATE, http_status=422)
    _plan_step(world, get(world.state, refund.id))
    return get(world.state, refund.id)
