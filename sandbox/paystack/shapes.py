"""A transaction as verify, the lists and the webhooks write it, with Paystack's loose types kept on purpose:
times under two names, `plan` null here and {} there, a trailing space in `card_type`, a list of addresses in
`ip_address`. A client that survives this survives the real one.
"""

import hashlib
import json
from typing import Any

from sandbox import clock
from sandbox.paystack.cards import BY_NAME, Card
from sandbox.paystack.transactions import Transaction
from sandbox.switches import Switches

NOT_COMPLETED = "The transaction was not completed"
SOURCE = {"type": "api", "source": "merchant_api", "entry_point": "transaction_initialize", "identifier": None}


def _token(prefix: str, seed: str, length: int) -> str:
    return prefix + hashlib.sha256(seed.encode()).hexdigest()[:length]


def authorization(transaction: Transaction) -> dict[str, Any]:
    """{} until paid."""
    card = BY_NAME.get(transaction.card or "")
    if card is None or not transaction.is_paid:
        return {}
    return _transfer(transaction) if card.channel == "bank_transfer" else _card(card)


def _card(card: Card) -> dict[str, Any]:
    return {
        "authorization_code": _token("AUTH_", card.number, 10),
        "bin": card.bin,
        "last4": card.last4,
        "exp_month": "12",
        "exp_year": "2030",
        "channel": "card",
        "card_type": f"{card.brand} ",
        "bank": "TEST BANK",
        "country_code": "NG",
        "brand": card.brand,
        "reusable": True,
        "signature": _token("SIG_", card.number, 14),
        "account_name": None,
    }


def _transfer(transaction: Transaction) -> dict[str, Any]:
    return {
        "authorization_code": _token("AUTH_", transaction.reference, 10),
        "bin": "000XXX",
        "last4": "X000",
        "exp_month": 12,
        "exp_year": 2030,
        "channel": "bank_transfer",
        "card_type": "transfer",
        "bank": "Zenith Bank",
        "country_code": "NG",
        "brand": "Managed Account",
        "reusable": False,
        "signature": None,
        "account_name": None,
        "sender_name": "TEST SENDER",
        "sender_bank": "Zenith Bank",
        "sender_bank_account_number": "XXXXXX0000",
        "narration": f"Payment {transaction.reference}",
    }


def customer(transaction: Transaction) -> dict[str, Any]:
    seed = f"{transaction.mode}:{transaction.email.lower()}"
    return {
        "id": 190_000_000 + int(hashlib.sha256(seed.encode()).hexdigest()[:6], 16),
        "first_name": None,
        "last_name": None,
        "email": transaction.email,
        "customer_code": _token("CUS_", seed, 15),
        "phone": None,
        "metadata": None,
        "risk_action": "default",
        "international_format_phone": None,
    }


def log(transaction: Transaction) -> dict[str, Any] | None:
    if transaction.attempts == 0:
        return None
    spent = int((transaction.paid_at or transaction.created_at) - transaction.created_at)
    history = [{"type": "action", "message": "Attempted to pay with card", "time": spent}]
    if transaction.is_paid:
        history.append({"type": "success", "message": "Successfully paid with card", "time": spent})
    return {
        "start_time": int(transaction.created_at),
        "time_spent": spent,
        "attempts": transaction.attempts,
        "errors": transaction.errors,
        "success": transaction.is_paid,
        "mobile": False,
        "input": [],
        "history": history,
    }


def _core(transaction: Transaction) -> dict[str, Any]:
    card = BY_NAME.get(transaction.card or "")
    return {
        "id": transaction.id,
        "domain": transaction.mode,
        "status": transaction.status,
        "reference": transaction.reference,
        "receipt_number": None,
        "amount": transaction.amount,
        "message": None,
        "gateway_response": transaction.gateway_response or NOT_COMPLETED,
        "paid_at": clock.iso(transaction.paid_at),
        "created_at": clock.iso(transaction.created_at),
        "channel": card.channel if card else "card",
        "currency": transaction.currency,
        "ip_address": "102.89.33.10, 162.158.12.7, 172.70.114.21" if transaction.attempts else None,
        "metadata": transaction.metadata,
        "log": log(transaction),
        "fees": transaction.fees,
        "fees_split": None,
        "authorization": authorization(transaction),
        "customer": customer(transaction),
        "order_id": None,
        "paidAt": clock.iso(transaction.paid_at),
        "requested_amount": transaction.amount,
        "pos_transaction_data": None,
    }


def verified(transaction: Transaction) -> dict[str, Any]:
    return _core(transaction) | {
        "plan": None,
        "split": {},
        "createdAt": clock.iso(transaction.created_at),
        "source": None,
        "fees_breakdown": None,
        "connect": None,
        "transaction_date": clock.iso(transaction.created_at),
        "plan_object": {},
        "subaccount": {},
    }


def listed(transaction: Transaction) -> dict[str, Any]:
    return verified(transaction) | {"plan": {}, "source": SOURCE}


def fetched(transaction: Transaction) -> dict[str, Any]:
    return listed(transaction) | {"helpdesk_link": None}


def charged(transaction: Transaction) -> dict[str, Any]:
    """The data of charge.success: no log, one name only for the time of creation."""
    data = _core(transaction) | {"log": None, "fees_breakdown": None, "plan": {}, "subaccount": {}, "split": {}}
    del data["receipt_number"]
    return data | {"source": SOURCE}


def disguise(data: dict[str, Any], switches: Switches, *, using_up: bool) -> dict[str, Any]:
    """`data` with the lies that switches ask for. Verify uses a limited switch up; everything else only looks."""
    look = switches.take if using_up else switches.peek
    lies: dict[str, Any] = {}
    for name in ("amount_delta", "fees_on_customer", "currency", "domain", "status", "metadata"):
        switch = look(name, str(data["reference"]))
        if switch is not None:
            lies |= _lie(name, switch.value, data | lies)
    return data | lies


def _lie(name: str, value: object, data: dict[str, Any]) -> dict[str, Any]:
    if name == "amount_delta":
        shifted = int(data["amount"]) + int(str(value))
        return {"amount": shifted, "requested_amount": shifted}
    if name == "fees_on_customer":
        return {"amount": int(data["amount"]) + int(data["fees"] or 0)} if value else {}
    if name == "metadata":
        return {"metadata": json.dumps(data["metadata"]) if value == "string" else value}
    return {name: value}
