"""How often somebody may do something, kept in PostgreSQL, so that it holds without Redis and for all processes together.

A bucket leaks at a steady pace; what is done too often does not fit in. All there is to a bucket is the instant at which it will be
empty, so that a look is one row, a drop one write, and whoever is refused costs no write at all. Unlike a window that begins anew, it
never lets twice as much through at its edge, and says to the second when the next drop will fit.
"""

import hashlib
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy.orm import Session

from app.core.sql import by_hand, run

WITHOUT_END = 10**9  # seconds; as long as nothing is refused

# How long until a drop fits into each of the buckets.
_WAIT = """
SELECT max(extract(epoch FROM bucket.empty_at - statement_timestamp())::float8 + wanted.drop - wanted.most)
FROM wanted JOIN throttle_buckets AS bucket USING (key)
"""
_WANTED = "wanted AS (SELECT * FROM unnest(:keys::text[], :drops::float8[], :mosts::float8[]) AS w (key, drop, most))"
WAIT = by_hand(f"WITH {_WANTED} {_WAIT}")
# Rows are met in the order of their keys, so that two who want the same buckets never wait for each other. What the first look lets
# through is judged again when the row is locked: of many at once no more get in than fit.
TAKE = by_hand(f"""
WITH {_WANTED}, full_for AS MATERIALIZED (SELECT greatest(0, ({_WAIT})) AS seconds), poured AS (
  INSERT INTO throttle_buckets AS bucket (key, empty_at)
  SELECT key, statement_timestamp() + make_interval(secs => drop) FROM wanted, full_for WHERE full_for.seconds = 0 ORDER BY key
  ON CONFLICT (key) DO UPDATE
  SET empty_at = greatest(bucket.empty_at, statement_timestamp()) + (excluded.empty_at - statement_timestamp())
  WHERE bucket.empty_at <= statement_timestamp() + (
    SELECT make_interval(secs => wanted.most - wanted.drop) FROM wanted WHERE wanted.key = excluded.key)
  RETURNING key
)
SELECT (SELECT count(*) FROM poured) = (SELECT count(*) FROM wanted) AS is_in, full_for.seconds FROM full_for
""")  # noqa: S608 - of constants
# What is empty stays as it is: an instant moved back for each right password would one day be before all that PostgreSQL can tell.
FORGIVE = by_hand("""
WITH forgiven AS (SELECT * FROM unnest(:keys::text[], :drops::float8[]) AS f (key, drop)), held AS MATERIALIZED (
  SELECT key FROM throttle_buckets WHERE key = ANY(:keys) ORDER BY key FOR UPDATE
)
UPDATE throttle_buckets AS bucket
SET empty_at = greatest(bucket.empty_at - make_interval(secs => forgiven.drop), statement_timestamp())
FROM held JOIN forgiven USING (key) WHERE bucket.key = held.key AND bucket.empty_at > statement_timestamp()
""")
LEAKED = by_hand("""
DELETE FROM throttle_buckets WHERE key IN (
  SELECT key FROM throttle_buckets WHERE empty_at < statement_timestamp() LIMIT :batch FOR UPDATE SKIP LOCKED)
RETURNING key
""")


@dataclass(frozen=True, slots=True)
class Bucket:
    """`drops` fit into the bucket of `whose` doings of one kind; each leaks out in its share of `seconds`.

    Only a hash of what it is for is kept: it may be somebody's e-mail.
    """

    kind: str
    whose: str
    drops: int
    seconds: int
    is_bottomless: bool = False

    @property
    def key(self) -> str:
        return hashlib.sha256(f"{self.kind}\0{self.whose}".encode()).hexdigest()

    @property
    def drop(self) -> float:
        """In how many seconds one drop leaks out."""
        return self.seconds / self.drops

    @property
    def most(self) -> float:
        """In how many seconds the bucket leaks empty when no more fits in."""
        return float(WITHOUT_END if self.is_bottomless else self.seconds)

    def counting_only(self) -> "Bucket":
        """The same bucket, for those who are not refused when it is full."""
        return replace(self, is_bottomless=True)


def wait(session: Session, *buckets: Bucket) -> float:
    """Seconds until one more drop fits into each of the buckets; 0 = now. Writes nothing."""
    seconds: float | None = run(session, WAIT, _bound(buckets)).scalar_one()
    return max(0.0, seconds or 0.0)


def take(session: Session, *buckets: Bucket) -> float:
    """One drop into each of the buckets. Returns 0, or where one is full the seconds until it is not; nothing is poured then."""
    is_in, seconds = run(session, TAKE, _bound(buckets)).one()
    return 0.0 if is_in else max(1.0, seconds)


def give_back(session: Session, *buckets: Bucket, emptied: tuple[Bucket, ...] = ()) -> None:
    """What was poured turns out not to count: one drop less in each, and nothing left in those to be emptied."""
    drops = {bucket.key: bucket.drop for bucket in buckets} | {bucket.key: WITHOUT_END for bucket in emptied}
    run(session, FORGIVE, {"keys": list(drops), "drops": [float(drop) for drop in drops.values()]})


def forget_empty(session: Session, batch: int) -> int:
    """Deletes so many buckets that have leaked empty. Returns how many it were."""
    return len(run(session, LEAKED, {"batch": batch}).all())


def _bound(buckets: tuple[Bucket, ...]) -> dict[str, Any]:
    return {
        "keys": [bucket.key for bucket in buckets],
        "drops": [bucket.drop for bucket in buckets],
        "mosts": [bucket.most for bucket in buckets],
    }
