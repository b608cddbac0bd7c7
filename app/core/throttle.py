"""Counting what may be tried only so often. In PostgreSQL, so that it holds for all processes together, and without Redis.

A window opens with the first hit of a key and lasts its seconds; then counting begins anew. A hit is counted before anybody looks at what
was tried, so that many tries at once are not all let through by one count. The caller commits the hit before he refuses: a refusal
raised inside the transaction would take its own count back.
"""

import hashlib
import math

from sqlalchemy.orm import Session

from app.core.sql import by_hand, run

HIT = by_hand("""
INSERT INTO throttle_counters AS counter (key_hash, hits, ends_at)
VALUES (:key_hash, 1, clock_timestamp() + make_interval(secs => :seconds))
ON CONFLICT (key_hash) DO UPDATE SET
  hits = CASE WHEN counter.ends_at > clock_timestamp() THEN counter.hits + 1 ELSE 1 END,
  ends_at = CASE WHEN counter.ends_at > clock_timestamp() THEN counter.ends_at ELSE excluded.ends_at END
RETURNING hits, extract(epoch FROM ends_at - clock_timestamp())::float8
""")
FORGIVE = by_hand("UPDATE throttle_counters SET hits = hits - 1 WHERE key_hash = :key_hash AND hits > 0")
CLEAR = by_hand("DELETE FROM throttle_counters WHERE key_hash = :key_hash")


def hit(session: Session, name: str, key: str, limit: int, seconds: int) -> int | None:
    """Counts one try. None: it is one of `limit` that may be made in `seconds`. Else in how many seconds the window ends.

    `name` says what is counted, `key` whose it is; of both only a hash is kept. Until the transaction ends, others with the key wait.
    """
    hits, left = run(session, HIT, {"key_hash": _hash(name, key), "seconds": seconds}).one()
    return None if hits <= limit else max(1, math.ceil(left))


def forgive(session: Session, name: str, key: str) -> None:
    """Takes back one hit: where only failures count, and this was none."""
    run(session, FORGIVE, {"key_hash": _hash(name, key)})


def clear(session: Session, name: str, key: str) -> None:
    """Begins anew: whoever has shown that the key is his need not pay for what was tried before."""
    run(session, CLEAR, {"key_hash": _hash(name, key)})


def _hash(name: str, key: str) -> bytes:
    return hashlib.sha256(f"{name}\0{key}".encode()).digest()
