"""Transactions: made by initialize, moved by checkout, never deleted."""

import json
import secrets
import sqlite3
import string
from dataclasses import dataclass
from typing import Any

from sandbox import clock
from sandbox.paystack import intake
from sandbox.paystack.cards import Card
from sandbox.paystack.envelopes import duplicate_reference
from sandbox.paystack.fees import local_fee
from sandbox.state import State

CODE_LETTERS = string.ascii_lowercase + string.digits


@dataclass(frozen=True)
class Transaction:
    """`amount` and `fees` in kobo; times in seconds since the epoch; `mode` is "test" or "live"; `card` an alias."""

    id: int
    mode: str
    reference: str
    access_code: str
    status: str
    amount: int
    currency: str
    email: str
    callback_url: str | None
    channels: list[str]
    metadata: Any
    created_at: float
    paid_at: float | None
    card: str | None
    gateway_response: str | None
    attempts: int
    errors: int
    fees: int | None

    @property
    def is_paid(self) -> bool:
        return self.paid_at is not None


def _from_row(row: sqlite3.Row) -> Transaction:
    values = dict(row)
    return Transaction(
        **{**values, "channels": json.loads(values["channels"]), "metadata": json.loads(values["metadata"])}
    )


def _code(length: int) -> str:
    return "".join(secrets.choice(CODE_LETTERS) for _ in range(length))


def create(state: State, mode: str, given: dict[str, Any]) -> Transaction:
    """`given` is the body of initialize. Raises PaystackError."""
    email = intake.email(given)
    amount = intake.kobo(given.get("amount"))
    currency = intake.currency(given)
    reference = intake.reference(given) or _code(10)
    channels = intake.channels(given, amount)
    try:
        new_id = state.insert(
            "INSERT INTO transactions (mode, reference, access_code, status, amount, currency, email, callback_url,"
            " channels, metadata, created_at) VALUES (?, ?, ?, 'abandoned', ?, ?, ?, ?, ?, ?, ?)",
            mode, reference, _code(15), amount, currency, email, given.get("callback_url"), json.dumps(channels),
            json.dumps(intake.metadata(given)), clock.now(),
        )  # fmt: skip
    except sqlite3.IntegrityError as error:
        raise duplicate_reference() from error
    return get(state, new_id)


def get(state: State, transaction_id: int) -> Transaction:
    """For ids that came from the state itself. Raises LookupError."""
    row = state.one("SELECT * FROM transactions WHERE id = ?", transaction_id)
    if row is None:
        raise LookupError(transaction_id)
    return _from_row(row)


def find(state: State, mode: str, reference: str) -> Transaction | None:
    row = state.one("SELECT * FROM transactions WHERE mode = ? AND reference = ?", mode, reference)
    return _from_row(row) if row else None


def find_by_id(state: State, mode: str, transaction_id: int) -> Transaction | None:
    row = state.one("SELECT * FROM transactions WHERE mode = ? AND id = ?", mode, transaction_id)
    return _from_row(row) if row else None


def find_by_access_code(state: State, access_code: str) -> Transaction | None:
    row = state.one("SELECT * FROM transactions WHERE access_code = ?", access_code)
    return _from_row(row) if row else None


def find_either(state: State, mode: str, wanted: object) -> Transaction | None:
    """By reference, or by numeric id: POST /refund takes both under one name."""
    written = str(wanted)
    found = find(state, mode, written)
    if found is None and written.isdecimal():
        return find_by_id(state, mode, int(written))
    return found


def in_any_mode(state: State, reference: str | None) -> list[Transaction]:
    """Newest first; all of them when no reference is given."""
    rows = state.all("SELECT * FROM transactions WHERE ?1 IS NULL OR reference = ?1 ORDER BY id DESC", reference)
    return [_from_row(row) for row in rows]


def between(state: State, mode: str, since: float | None, until: float | None) -> list[Transaction]:
    """Made in the closed interval, newest first; None leaves an end open."""
    rows = state.all(
        "SELECT * FROM transactions WHERE mode = ?1 AND (?2 IS NULL OR created_at >= ?2)"
        " AND (?3 IS NULL OR created_at <= ?3) ORDER BY id DESC",
        mode, since, until,
    )  # fmt: skip
    return [_from_row(row) for row in rows]


def mark_ongoing(state: State, transaction_id: int) -> None:
    """The customer has opened the page."""
    state.run("UPDATE transactions SET status = 'ongoing' WHERE id = ? AND status = 'abandoned'", transaction_id)


def mark_paid(state: State, transaction: Transaction, card: Card) -> bool:
    """False when somebody was faster: one transaction takes money once."""
    changed = state.run(
        "UPDATE transactions SET status = 'success', paid_at = ?, card = ?, gateway_response = ?, fees = ?,"
        " attempts = attempts + 1 WHERE id = ? AND paid_at IS NULL",
        clock.now(), card.alias, card.gateway_response, local_fee(transaction.amount), transaction.id,
    )  # fmt: skip
    return changed == 1


def mark_unpaid(state: State, transaction: Transaction, card: Card) -> None:
    """After an attempt that brought no money: failed, or still awaited. The customer may try again."""
    state.run(
        "UPDATE transactions SET status = ?, card = ?, gateway_response = ?, attempts = attempts + 1,"
        " errors = errors + ? WHERE id = ? AND paid_at IS NULL",
        card.status, card.alias, card.gateway_response, int(card.status == "failed"), transaction.id,
    )  # fmt: skip


def mark_reversed(state: State, transaction_id: int) -> None:
    state.run("UPDATE transactions SET status = 'reversed' WHERE id = ? AND status = 'success'", transaction_id)
