"""Once a day: uploads that nobody told complete are given up, what was left in the store is cleared, and old rows go.

SQL alone, a short transaction a batch; the store is left to jobs.
"""

from collections.abc import Callable
from uuid import UUID

from app.core.db import transaction
from app.core.outbox import enqueue, enqueue_many
from app.hotels.photos import queries, states
from app.hotels.photos.jobs import CLEAR_PHOTO
from app.hotels.photos.models import PhotoStatus

BATCH = 200
KEPT_DAYS = 30


def sweep() -> None:
    """Whoever runs beside it does the rest."""
    _while_full(_give_up)
    _clear_the_uncleared()
    _while_full(_forget)


def _while_full(batch: Callable[[], int]) -> None:
    while batch() == BATCH:
        pass


def _give_up() -> int:
    with transaction() as session:
        abandoned = queries.claim_abandoned(session, BATCH)
        for photo in abandoned:
            states.move(photo, PhotoStatus.REMOVED)
            enqueue(session, CLEAR_PHOTO, photo_id=photo.id)
        return len(abandoned)


def _clear_the_uncleared() -> None:
    """A job that died, or a bug: the row still says what is to be done."""
    last: UUID | None = None
    while True:
        with transaction() as session:
            found = queries.uncleared(session, last, BATCH)
            enqueue_many(session, CLEAR_PHOTO, [{"photo_id": photo_id} for photo_id in found])
        if len(found) < BATCH:
            return
        last = found[-1]


def _forget() -> int:
    with transaction() as session:
        return queries.forget(session, KEPT_DAYS, BATCH)
