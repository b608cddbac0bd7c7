"""The gateway's webhooks: checked, kept as they arrived, turned into a promise to ask the gateway itself. Nothing in them is believed."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.config import settings
from app.core.clock import sql_now
from app.core.columns import new_id
from app.core.db import transaction
from app.core.logging import logger
from app.core.outbox import enqueue, enqueue_many
from app.payments import queries
from app.payments.answers import text
from app.payments.errors import SignatureWrong
from app.payments.jobs import FOLLOW_REFUND, VERIFY_PAYMENT
from app.payments.models import GatewayEvent

UNREADABLE = "unreadable"

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Told:
    """What can be read from a webhook, however odd: `reference` is the transaction's."""

    event: str
    reference: str | None
    domain: str | None


def receive(body: bytes, signature: str | None) -> None:
    """Keeps the event and promises the check that it calls for, once per body. Raises SignatureWrong, and then stores nothing."""
    if not is_signed(body, signature):
        log.warning("webhook_signature_wrong", length=len(body))
        raise SignatureWrong
    told = read(body)
    with transaction() as session:
        problem = _keep_and_act(session, body, told)
    log.info("webhook_received", event_name=told.event, payment=told.reference, problem=problem)


def is_signed(body: bytes, signature: str | None) -> bool:
    """HMAC-SHA512 of the very bytes, keyed with our secret key (paystack.com/docs/payments/webhooks)."""
    key = settings().paystack_secret_key.get_secret_value().encode()
    wanted = hmac.new(key, body, hashlib.sha512).hexdigest()
    return hmac.compare_digest(wanted.encode(), (signature or "").encode())


def read(body: bytes) -> Told:
    """The event's name, whose it is and from which mode. Never raises."""
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError:
        return Told(UNREADABLE, None, None)
    data = _member(document, "data")
    reference = text(data.get("reference")) or text(data.get("transaction_reference"))
    reference = reference or text(_member(data, "transaction").get("reference"))
    event = text(document.get("event")) if isinstance(document, Mapping) else None
    return Told(event or UNREADABLE, reference, text(data.get("domain")))


def _member(value: Any, name: str) -> Mapping[str, Any]:
    member = value.get(name) if isinstance(value, Mapping) else None
    return member if isinstance(member, Mapping) else {}


def _keep_and_act(session: Session, body: bytes, told: Told) -> str | None:
    """What is wrong with the event, if anything; a body that came before is nothing new."""
    values = {
        "dedupe_key": hashlib.sha256(body).hexdigest(),
        "event": told.event,
        "reference": told.reference,
        "body": body,
    }
    kept = session.scalar(
        insert(GatewayEvent)
        .values(id=new_id(), **values)
        .on_conflict_do_nothing(index_elements=["dedupe_key"])
        .returning(GatewayEvent.id)
    )
    if kept is None:
        return "seen before"
    event = session.get_one(GatewayEvent, kept)
    event.error, event.handled_at = _act(session, told), sql_now()
    return event.error


def _act(session: Session, told: Told) -> str | None:
    """Promises the check, or says why there is none to make."""
    if told.reference is None:
        return "no reference"
    if told.domain is not None and told.domain != settings().gateway_mode:
        return "from the other mode"
    payment = queries.find_by_reference(session, told.reference)
    if payment is None:
        return "unknown reference"
    if told.event.startswith("refund."):
        due = queries.hasten_refunds(session, payment.id)
        enqueue_many(session, FOLLOW_REFUND, [{"refund_id": refund_id} for refund_id in due])
    elif told.event.startswith("charge."):
        enqueue(session, VERIFY_PAYMENT, payment_id=payment.id)
    return None
