"""Deleting what the store may no longer hold: uploads that were judged, and all of what was refused or removed.

What goes is read from the photo's status, so a run too many does no harm, and one too few is made good by the daily sweep.
"""

from uuid import UUID

from app.core.clock import sql_now
from app.core.db import reading, transaction
from app.core.object_store import store
from app.core.outbox import enqueue
from app.hotels.photos import objects, queries
from app.hotels.photos.jobs import CLEAR_PHOTO
from app.hotels.photos.models import Photo

LATE_SECONDS = 900  # an upload that begins as its link ends may take so long to arrive


def clear(photo_id: UUID) -> None:
    """Raises NoAnswer when the store is away."""
    with reading() as session:
        photo = queries.find_photo(session, photo_id)
    if photo is None:
        return
    superfluous = objects.superfluous(photo.hotel_id, photo.id, photo.status)
    for key in superfluous:
        store().delete(key)
    if superfluous:
        _note(photo)


def _note(cleared: Photo) -> None:
    """Done with, unless the link still lives: with it the upload could come again, and is then deleted again."""
    with transaction() as session:
        photo = queries.lock_at_work(session, cleared)
        if photo is None or photo.status != cleared.status:
            return
        left = queries.seconds_of_link(session, photo.id) + LATE_SECONDS
        if left > 0:
            enqueue(session, CLEAR_PHOTO, due_in=left, photo_id=photo.id)
        else:
            photo.cleared_at = sql_now()
