"""Paystack, the only place that talks to it (https://paystack.com/docs/api/). Answers are typed, refusals are our errors.

It has no idempotency keys: our reference dedupes a payment, our note marks a refund. A 200 says that the call worked, never that money
moved.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import quote

from app.config import settings
from app.core.clock import rfc3339
from app.core.http_client import Answer, HttpClient, NoAnswer
from app.core.logging import logger
from app.payments.answers import Initialized, RefundAnswer, Transaction, read_refund, read_transaction, text
from app.payments.errors import (
    AlreadyReversed,
    DuplicateReference,
    InsufficientBalance,
    KeyRefused,
    Refused,
    TransactionUnknown,
)

PAGE = 100
MOST_PAGES = 200

BY_CODE: dict[str, type[Refused]] = {
    "duplicate_reference": DuplicateReference,
    "transaction_not_found": TransactionUnknown,
    "not_found": TransactionUnknown,
    "transaction_reversed": AlreadyReversed,
    "insufficient_balance": InsufficientBalance,
}
BY_MESSAGE: tuple[tuple[str, type[Refused]], ...] = (
    ("duplicate transaction reference", DuplicateReference),
    ("transaction reference not found", TransactionUnknown),
    ("transaction not found", TransactionUnknown),
    ("fully reversed", AlreadyReversed),
    ("insufficient balance", InsufficientBalance),
)

log = logger(__name__)


def gateway() -> "Paystack":
    """The gateway of this process's settings."""
    chosen = settings()
    timeout = (chosen.paystack_connect_timeout, chosen.paystack_read_timeout)
    return _client(chosen.paystack_base_url, chosen.paystack_secret_key.get_secret_value(), timeout)


@cache
def _client(base_url: str, secret_key: str, timeout: tuple[float, float]) -> "Paystack":
    return Paystack(HttpClient("paystack", base_url, {"Authorization": f"Bearer {secret_key}"}, timeout))


class Paystack:
    """Every call may raise NoAnswer (it may or may not have been done), Resting (it was not), KeyRefused and Refused."""

    def __init__(self, http: HttpClient) -> None:
        self.http = http

    def initialize(self, order: Mapping[str, Any]) -> Initialized:
        """`order`: email, amount (kobo), currency, reference, callback_url, metadata. Raises DuplicateReference."""
        data = _object(self.http.send("POST", "/transaction/initialize", json=order))
        url, code = text(data.get("authorization_url")), text(data.get("access_code"))
        if not url or not code:
            raise NoAnswer("paystack answered without a link")
        return Initialized(str(order["reference"]), url, code)

    def verify(self, reference: str) -> Transaction | None:
        """What became of the transaction; None when the gateway does not know it."""
        try:
            data = _object(self.http.send("GET", f"/transaction/verify/{quote(reference, safe='')}"))
        except TransactionUnknown:
            return None
        return read_transaction(data)

    def transactions_since(self, moment: datetime) -> Iterator[Transaction]:
        """Every transaction made since then, newest first."""
        query = {"from": rfc3339(moment), "perPage": PAGE, "per_page": PAGE, "use_cursor": "true"}
        for _ in range(MOST_PAGES):
            answer = self.http.send("GET", "/transaction", query=query)
            yield from map(read_transaction, _objects(answer))
            following = _meta(answer).get("next")
            if not isinstance(following, str) or following in ("", "null"):
                return
            query = query | {"next": following}
        log.error("gateway_list_too_long", pages=MOST_PAGES)

    def refund(self, reference: str, note: str, amount: int | None) -> RefundAnswer:
        """Sends money back: `amount` kobo, None = all of it. Raises AlreadyReversed, InsufficientBalance."""
        order = {"transaction": reference, "merchant_note": note} | ({} if amount is None else {"amount": amount})
        return _followable(_object(self.http.send("POST", "/refund", json=order)))

    def fetch_refund(self, gateway_id: int) -> RefundAnswer:
        """How far the refund is."""
        return _followable(_object(self.http.send("GET", f"/refund/{gateway_id}")))

    def refunds_of(self, reference: str, transaction_id: int | None, since: datetime) -> list[RefundAnswer]:
        """The transaction's refunds made since then. The filter is undocumented, so what comes is filtered here once more."""
        query = {"transaction": transaction_id or reference, "from": (since - timedelta(days=1)).date().isoformat()}
        found: list[RefundAnswer] = []
        for page in range(1, MOST_PAGES + 1):
            answer = self.http.send("GET", "/refund", query=query | {"perPage": PAGE, "per_page": PAGE, "page": page})
            items = _objects(answer)
            found += [
                refund for refund in map(read_refund, items) if refund and _is_of(refund, reference, transaction_id)
            ]
            if len(items) < PAGE:
                return found
        raise NoAnswer("paystack lists more refunds than can be searched")


def _is_of(refund: RefundAnswer, reference: str, transaction_id: int | None) -> bool:
    by_id = transaction_id is not None and refund.transaction_id == transaction_id
    return by_id or refund.transaction_reference == reference


def _followable(data: Mapping[str, Any]) -> RefundAnswer:
    refund = read_refund(data)
    if refund is None:
        raise NoAnswer("paystack answered a refund without an id")
    return refund


def _object(answer: Answer) -> Mapping[str, Any]:
    data = _data(answer)
    if not isinstance(data, Mapping):
        raise NoAnswer("paystack answered without data")
    return data


def _objects(answer: Answer) -> list[Mapping[str, Any]]:
    data = _data(answer)
    if not isinstance(data, list):
        raise NoAnswer("paystack answered without a list")
    return [item for item in data if isinstance(item, Mapping)]


def _meta(answer: Answer) -> Mapping[str, Any]:
    meta = answer.body.get("meta")
    return meta if isinstance(meta, Mapping) else {}


def _data(answer: Answer) -> Any:
    """The answer's data. A 200 that says `status: false` is a fault of theirs, not a refusal."""
    if answer.status >= 400:
        raise _refusal(answer)
    if answer.body.get("status") not in (True, "true"):
        raise NoAnswer(f"paystack answered {answer.status} without success")
    return answer.body.get("data")


def _refusal(answer: Answer) -> Refused | KeyRefused:
    message, code = text(answer.body.get("message")) or "", text(answer.body.get("code")) or ""
    if answer.status in (401, 403):
        log.error("gateway_key_refused", status=answer.status, code=code)
        return KeyRefused()
    kind = BY_CODE.get(code) or next((kind for words, kind in BY_MESSAGE if words in message.lower()), Refused)
    return kind(message or f"The payment service answered {answer.status}")
