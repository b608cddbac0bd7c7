"""What Paystack checks before it takes a request, and the exact words it refuses with."""

import json
import re
from collections.abc import Mapping
from typing import Any

from flask import request

from sandbox.paystack.envelopes import PaystackError

CURRENCIES = frozenset({"NGN"})
LARGEST = 1_000_000_000
SMALLEST_TRANSFER = 10_000
EMAIL = re.compile(r"[^@\s,;<>]+@([A-Za-z0-9-]+\.)+(?P<tld>[A-Za-z]{2,})")
NO_REAL_TLD = frozenset({"local", "localhost", "internal", "lan", "invalid", "test"})
REFERENCE = re.compile(r"[A-Za-z0-9\-.,=]+")


def body() -> dict[str, Any]:
    """A JSON object, or a form; anything else is an empty one. Raises PaystackError for JSON that cannot be read."""
    if not request.is_json:
        return dict(request.form.items())
    parsed = request.get_json(silent=True)
    if not isinstance(parsed, dict):
        raise PaystackError("Invalid JSON in request body")
    return parsed


def email(given: Mapping[str, Any]) -> str:
    written = given.get("email")
    if written is None:
        raise PaystackError("Email Address is required", code="missing_params")
    if written == "":
        raise PaystackError("Email is not allowed to be empty", code="missing_params")
    match = EMAIL.fullmatch(str(written))
    if match is None or match["tld"].lower() in NO_REAL_TLD:
        raise PaystackError("Invalid Email Address Passed")
    return str(written)


def kobo(written: object) -> int:
    """An integer or a string of digits; zero, signs, fractions and more than ten million Naira are refused."""
    is_number = isinstance(written, int) and not isinstance(written, bool)
    if not is_number and not (isinstance(written, str) and re.fullmatch(r"[0-9]{1,18}", written)):
        raise PaystackError("Invalid Amount Sent", code="missing_params" if written is None else "invalid_params")
    amount = int(str(written))
    if amount < 0:
        raise PaystackError("Invalid Amount Sent")
    if amount == 0:
        raise PaystackError("You must specify a valid amount")
    if amount > LARGEST:
        raise PaystackError("Transaction amount limit exceeded")
    return amount


def currency(given: Mapping[str, Any]) -> str:
    wanted = given.get("currency") or "NGN"
    if wanted not in CURRENCIES:
        raise PaystackError("Currency not supported by merchant")
    return str(wanted)


def reference(given: Mapping[str, Any]) -> str | None:
    """None when the merchant leaves it to Paystack."""
    wanted = given.get("reference")
    if wanted is None or wanted == "":
        return None
    if not isinstance(wanted, str) or not REFERENCE.fullmatch(wanted):
        raise PaystackError("Invalid character in transaction reference")
    return wanted


def channels(given: Mapping[str, Any], amount: int) -> list[str]:
    """Empty means all."""
    wanted = given.get("channels") or []
    listed = [str(one) for one in (wanted if isinstance(wanted, list) else [wanted])]
    if listed == ["bank_transfer"] and amount < SMALLEST_TRANSFER:
        raise PaystackError("Pay with transfer is not currently supported for transactions less than NGN 100.00")
    return listed


def metadata(given: Mapping[str, Any]) -> Any:
    """An object; a JSON string of one is opened; nothing at all comes back as the empty string."""
    written = given.get("metadata")
    if not isinstance(written, str):
        return "" if written is None else written
    try:
        return json.loads(written) if written else ""
    except ValueError:
        return written
