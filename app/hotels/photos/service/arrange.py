"""How a hotel's photos are told: captions, the cover, the order. And taking one away, which may pass the cover on."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth import permissions
from app.auth.permissions import Verb
from app.auth.principal import Principal
from app.core.audit_trail import Subject, differing, note
from app.core.db import retrying, transaction
from app.core.logging import logger
from app.core.outbox import enqueue
from app.hotels import queries as hotels
from app.hotels.photos import present, queries, states
from app.hotels.photos.errors import CoverNeeded, OrderMismatch, PhotoNotReady
from app.hotels.photos.jobs import CLEAR_PHOTO
from app.hotels.photos.models import Photo, PhotoStatus
from app.hotels.states import refuse_if_over

log = logger(__name__)


@retrying
def edit(person: Principal, hotel_id: UUID, photo_id: UUID, changes: Mapping[str, Any]) -> dict[str, Any]:
    """`caption`, and `is_cover`: true makes it the cover in place of another.

    Raises Forbidden, NotFound, PhotoNotFound, HotelIsOver, PhotoNotReady, CoverNeeded.
    """
    actor = permissions.actor(person, Verb.MANAGE_PHOTOS, hotel_id)
    with transaction() as session:
        photo = queries.lock_photo(session, hotel_id, photo_id)
        refuse_if_over(hotels.get_status(session, hotel_id))
        was = {name: getattr(photo, name) for name in changes}
        photo.caption = changes.get("caption", photo.caption)
        if "is_cover" in changes:
            _let_be_cover(session, photo, wanted=changes["is_cover"])
        before, after = differing(was, changes)
        if after:
            note(session, actor, "photo.edit", Subject("photo", photo_id, hotel_id), before=before, after=after)
    return present.told(photo)


@retrying
def reorder(person: Principal, hotel_id: UUID, ids: Sequence[UUID]) -> dict[str, Any]:
    """The ready photos in this order. Raises Forbidden, NotFound, HotelIsOver, OrderMismatch."""
    actor = permissions.actor(person, Verb.MANAGE_PHOTOS, hotel_id)
    with transaction() as session:
        refuse_if_over(hotels.lock_hotel(session, hotel_id).status)
        ready = {photo.id: photo for photo in queries.ready_photos(session, hotel_id)}
        if len(ids) != len(ready) or set(ids) != ready.keys():
            raise OrderMismatch
        for position, photo_id in enumerate(ids, 1):
            ready[photo_id].position = position
        session.flush()
        order = {"photos": [str(photo_id) for photo_id in ids]}
        note(session, actor, "photo.reorder", Subject("hotel", hotel_id, hotel_id), after=order)
        return {"items": [present.told(photo) for photo in queries.photos_of(session, hotel_id)]}


@retrying
def remove(person: Principal, hotel_id: UUID, photo_id: UUID) -> None:
    """The next photo becomes the cover if this one was. Also of a hotel that is over: what shows people can be taken away.

    Raises Forbidden, NotFound, PhotoNotFound.
    """
    actor = permissions.actor(person, Verb.MANAGE_PHOTOS, hotel_id)
    with transaction() as session:
        photo = queries.lock_photo(session, hotel_id, photo_id)
        was_cover, photo.is_cover, photo.position = photo.is_cover, False, None
        states.move(photo, PhotoStatus.REMOVED)
        session.flush()
        if was_cover:
            _pass_cover_on(session, hotel_id)
        note(session, actor, "photo.remove", Subject("photo", photo_id, hotel_id))
        enqueue(session, CLEAR_PHOTO, photo_id=photo_id)
    log.info("photo_removed", photo_id=str(photo_id), hotel_id=str(hotel_id))


def _let_be_cover(session: Session, photo: Photo, *, wanted: bool) -> None:
    if photo.is_cover == wanted:
        return
    if not wanted:
        raise CoverNeeded
    if photo.status != PhotoStatus.READY:
        raise PhotoNotReady
    for other in queries.ready_photos(session, photo.hotel_id):
        other.is_cover = False
    session.flush()  # there are never two, not even within the transaction
    photo.is_cover = True


def _pass_cover_on(session: Session, hotel_id: UUID) -> None:
    for first in queries.ready_photos(session, hotel_id)[:1]:
        first.is_cover = True
