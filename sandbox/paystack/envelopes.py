"""The two shapes of every answer of Paystack's API: {status: true, message, data, meta} and the error envelope."""

from typing import Any

DUPLICATE_STEP = "Create the transaction again with a reference that was not used before"


def ok(message: str, data: object, meta: dict[str, Any] | None = None) -> dict[str, Any]:
    """`meta` is there on lists only."""
    body: dict[str, Any] = {"status": True, "message": message, "data": data}
    return body if meta is None else {**body, "meta": meta}


class PaystackError(Exception):
    """An answer of the error envelope; `http_status` is the code it leaves with."""

    def __init__(
        self,
        message: str,
        *,
        http_status: int = 400,
        kind: str = "validation_error",
        code: str = "invalid_params",
        next_step: str | None = "Check the request against the documentation and send it again",
    ) -> None:
        super().__init__(message)
        self.http_status = http_status
        self.body: dict[str, Any] = {"status": False, "message": message}
        if next_step is not None:
            self.body["meta"] = {"nextStep": next_step}
        self.body |= {"type": kind, "code": code}


def invalid_key() -> PaystackError:
    return PaystackError("Invalid key", http_status=401, code="invalid_Key", next_step=None)


def missing_key() -> PaystackError:
    return PaystackError("No Authorization Header was found", http_status=401, code="missing_Key", next_step=None)


def duplicate_reference() -> PaystackError:
    refusal = PaystackError("Duplicate Transaction Reference", code="duplicate_reference", next_step=DUPLICATE_STEP)
    refusal.body["errorCodeMappingNotFound"] = False
    return refusal


def reference_not_found() -> PaystackError:
    step = "Pass the reference of a transaction that exists on this integration"
    return PaystackError("Transaction reference not found.", code="transaction_not_found", next_step=step)


def transaction_not_found() -> PaystackError:
    step = "Pass a transaction that exists on this integration"
    return PaystackError("Transaction not found", http_status=404, code="transaction_not_found", next_step=step)


def refund_not_found() -> PaystackError:
    return PaystackError(
        "Refund not found", http_status=404, code="not_found", next_step="Pass the id of a refund that exists"
    )


def transaction_reversed() -> PaystackError:
    step = "Nothing is left to refund on this transaction"
    return PaystackError(
        "Transaction has been fully reversed", kind="api_error", code="transaction_reversed", next_step=step
    )


def insufficient_balance() -> PaystackError:
    message = "Insufficient balance to fulfill this refund. Kindly fund your balance and try again"
    return PaystackError(
        message, kind="api_error", code="insufficient_balance", next_step="Fund the balance and try again"
    )


def session_expired() -> PaystackError:
    message = "Transaction cannot be completed. Session timeout exceeded."
    return PaystackError(message, kind="processor_error", code="session_timeout", next_step="Start a new transaction")
