"""`Idempotency-Key`: the same request twice has its effect once, whatever died between the first answer and the second try.

The row is the first statement of the effect's own transaction, so key and effect commit together; a second request with the key waits
at that insert until the first is through. Refusals store nothing. Keys are kept for 24 hours.
"""

import hashlib
import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.core import db_errors
from app.core.columns import new_id
from app.core.db import reading
from app.core.errors import Conflict, Invalid, Malformed
from app.core.models import IdempotencyRow
from app.core.sql import by_hand, run

KEPT_HOURS = 24
ALLOWED = re.compile(r"[\x21-\x7e]{1,255}")
_CLAIM = """
INSERT INTO idempotency_keys (id, scope, route, key, request_hash, status, resource_id)
VALUES (:id, :scope, :route, :key, :request_hash, 'done', :resource_id) ON CONFLICT DO NOTHING RETURNING id
"""
CLAIM = by_hand(_CLAIM)
# Taken in the order of the list, and only by whoever has the key.
_TURNS = "(SELECT count(pg_advisory_xact_lock(hashtextextended(turn, 0))) FROM unnest(:turns::text[]) AS turn)"
CLAIM_IN_TURN = by_hand(f"{_CLAIM.rstrip()}, {_TURNS}")
SECRET_LENGTH = 16


class KeyRequired(Malformed):
    code, title = (
        "idempotency_key_required",
        "Send an Idempotency-Key header: this request has an effect that must happen once",
    )


class KeyInvalid(Malformed):
    code, title = "idempotency_key_invalid", "An Idempotency-Key is 1 to 255 printable ASCII characters without spaces"


class Mismatch(Invalid):
    code, title = "idempotency_mismatch", "This Idempotency-Key was used with another request"


class InProgress(Conflict):
    code, title = "request_in_progress", "The first request with this Idempotency-Key is still running"


db_errors.waiting_for_means("idempotency_keys", InProgress)


@dataclass(frozen=True, slots=True)
class Key:
    """Who sent which key to which route with what. `scope` is the user's id, so nobody meets another's key; for who has no account it is
    something that others may know, so his key must be a secret.
    """

    scope: str
    route: str
    value: str
    request_hash: str


def key_for(scope: UUID | str, route: str, header: str | None, request: Any) -> Key:
    """Reads the header. Raises KeyRequired, KeyInvalid."""
    if header is None:
        raise KeyRequired
    if not ALLOWED.fullmatch(header):
        raise KeyInvalid
    return Key(str(scope), route, header, fingerprint(request))


def secret_key_for(scope: str, route: str, header: str | None, request: Any) -> Key:
    """As `key_for`, where the key alone tells the sender from others who know his scope. Raises KeyInvalid for one that can be guessed."""
    key = key_for(scope, route, header, request)
    if len(key.value) < SECRET_LENGTH:
        raise KeyInvalid(f"Without a login an Idempotency-Key is a secret: at least {SECRET_LENGTH} characters")
    return key


def fingerprint(request: Any) -> str:
    """The same for the same request, whatever the order of its members."""
    return hashlib.sha256(
        orjson.dumps(request, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS, default=str)
    ).hexdigest()


def claim(session: Session, key: Key, resource_id: UUID) -> UUID | None:
    """Takes the key for the resource this transaction makes or changes; or returns the one it already had. Raises Mismatch."""
    return _claim(session, CLAIM, key, resource_id)


def claim_in_turn(session: Session, key: Key, resource_id: UUID, *others: str) -> UUID | None:
    """As `claim`, and from then on requests of the same scope, or with one of the same `others`, wait until this transaction ends: what
    they count is not counted twice. All are taken in one order, so that nobody waits for each other.
    """
    return _claim(session, CLAIM_IN_TURN, key, resource_id, turns=sorted({key.scope, *others}))


def forget(session: Session, scopes: Collection[str], resource_ids: Collection[UUID]) -> None:
    """The keys of these scopes that made or changed these, before their time: who sends one again would be answered anew."""
    his = (IdempotencyRow.scope.in_(scopes), IdempotencyRow.resource_id.in_(resource_ids))
    session.execute(delete(IdempotencyRow).where(*his))


def _claim(session: Session, statement: str, key: Key, resource_id: UUID, **more: Any) -> UUID | None:
    sent = {"scope": key.scope, "route": key.route, "key": key.value, "request_hash": key.request_hash}
    taken = run(session, statement, sent | {"id": new_id(), "resource_id": resource_id} | more).first()
    return None if taken else _earlier(session, key)


def earlier(key: Key) -> UUID | None:
    """What the key made before, if anything: asked once more before a refusal, so that nobody is refused by his own booking."""
    with reading() as session:
        return _earlier(session, key)


def _earlier(session: Session, key: Key) -> UUID | None:
    row = session.execute(select(IdempotencyRow.request_hash, IdempotencyRow.resource_id).where(*_is(key))).first()
    if row is None:
        return None
    if row.request_hash != key.request_hash:
        raise Mismatch
    made: UUID | None = row.resource_id
    return made


def _is(key: Key) -> tuple[Any, ...]:
    return (IdempotencyRow.scope == key.scope, IdempotencyRow.route == key.route, IdempotencyRow.key == key.value)
