"""A person's word on money as it comes over the API: who says it, why, and once per key."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.orm import Session

from app.core import idempotency
from app.core.audit_trail import Actor, Subject, note


@dataclass(frozen=True, slots=True)
class Decision:
    """Without one a verb is somebody's at the command line, of whom nothing is known."""

    actor: Actor
    reason: str
    key: idempotency.Key

    def claim(self, session: Session, resource_id: UUID) -> bool:
        """Takes the key; True: it has decided before. Raises Mismatch."""
        return idempotency.claim(session, self.key, resource_id) is not None

    def note(
        self, session: Session, verb: str, subject: Subject, before: Mapping[str, object], **after: object
    ) -> None:
        """The line in the audit log, in the transaction of the effect."""
        note(session, self.actor, verb, subject, before=before, after={**after, "reason": self.reason})


def was_made(decision: Decision | None) -> bool:
    """Whether its key has decided before: asked ahead of what might be refused, or of a call to the gateway. Raises Mismatch."""
    return decision is not None and idempotency.earlier(decision.key) is not None
