"""The upload of a photo: a row and a form to begin with, a look at what has arrived, and the job that checks it.

The bytes go from the browser to the object store and never through us.
"""

import math
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.auth import permissions
from app.auth.permissions import Verb
from app.auth.principal import Principal
from app.config import settings
from app.core import throttle
from app.core.audit_trail import Subject, note
from app.core.clock import sql_now, sql_seconds
from app.core.columns import new_id
from app.core.db import reading, retrying, transaction
from app.core.object_store import Found, store
from app.core.outbox import enqueue
from app.hotels import limits
from app.hotels import queries as hotels
from app.hotels.photos import objects, present, queries, states
from app.hotels.photos.errors import NotUploaded, PhotoTooLarge, TooManyPhotos, TooManyUploads
from app.hotels.photos.jobs import CHECK_PHOTO, CLEAR_PHOTO
from app.hotels.photos.models import Photo, PhotoStatus, Refusal
from app.hotels.states import refuse_if_over

LINK_SECONDS = 600
# The link lives a little longer than it says, so that whoever still has a second by his clock is not refused by another's.
GRACE_SECONDS = 30


def begin(person: Principal, hotel_id: UUID, content_type: str, size: int) -> dict[str, Any]:
    """A photo that waits for an upload of this type and of exactly `size` bytes.

    Raises Forbidden, NotFound, PhotoTooLarge, HotelIsOver, TooManyPhotos, TooManyUploads.
    """
    actor = permissions.actor(person, Verb.MANAGE_PHOTOS, hotel_id)
    if size > settings().photo_max_bytes:
        raise _too_large()
    photo_id = new_id()
    key = objects.upload_key(hotel_id, photo_id)
    form = store().upload_form(key, content_type, size, LINK_SECONDS + GRACE_SECONDS)
    with transaction() as session:
        refuse_if_over(hotels.lock_hotel(session, hotel_id).status)
        _require_place(session, hotel_id, but=None)
        if seconds := throttle.take(session, limits.of_upload(hotel_id)):
            raise TooManyUploads(retry_after=math.ceil(seconds))
        expires = sql_now() + sql_seconds(LINK_SECONDS)
        photo = Photo(id=photo_id, hotel_id=hotel_id, content_type=content_type, bytes=size, upload_expires_at=expires)
        session.add(photo)
        session.flush()
        note(session, actor, "photo.upload", Subject("photo", photo_id, hotel_id))
        return present.begun(photo, form)


def complete(person: Principal, hotel_id: UUID, photo_id: UUID) -> dict[str, Any]:
    """Looks at what has arrived and has it checked; what was told complete before stays as it is.

    Raises Forbidden, NotFound, PhotoNotFound, NotUploaded, HotelIsOver, PhotoTooLarge, TooManyPhotos, NoAnswer.
    """
    permissions.require(person, Verb.MANAGE_PHOTOS, hotel_id)
    with reading() as session:
        photo = queries.get_photo(session, hotel_id, photo_id)
    if photo.status == PhotoStatus.WAITING:
        found = store().look(objects.upload_key(hotel_id, photo_id))
        if found is None or not found.size:
            raise NotUploaded
        photo = _arrived(photo, found)
    return present.told(photo)


@retrying
def _arrived(waiting: Photo, found: Found) -> Photo:
    """The photo under check. One that is too large is refused, and then PhotoTooLarge raised."""
    too_large = found.size > settings().photo_max_bytes
    with transaction() as session:
        photo = queries.lock_photo(session, waiting.hotel_id, waiting.id)
        if photo.status != PhotoStatus.WAITING:
            return photo
        refuse_if_over(hotels.get_status(session, photo.hotel_id))
        if too_large:
            states.refuse(photo, Refusal.TOO_LARGE)
            enqueue(session, CLEAR_PHOTO, photo_id=photo.id)
        else:
            _have_checked(session, photo, found)
    if too_large:
        raise _too_large()
    return photo


def _have_checked(session: Session, photo: Photo, found: Found) -> None:
    _require_place(session, photo.hotel_id, but=photo.id)
    states.move(photo, PhotoStatus.CHECKING)
    photo.bytes, photo.upload_etag = found.size, found.etag
    enqueue(session, CHECK_PHOTO, photo_id=photo.id)


def _require_place(session: Session, hotel_id: UUID, *, but: UUID | None) -> None:
    most = settings().photos_per_hotel
    if queries.count_places(session, hotel_id, but=but) >= most:
        raise TooManyPhotos(f"The hotel has {most} photos, uploads under way among them; remove one first")


def _too_large() -> PhotoTooLarge:
    most = settings().photo_max_bytes
    return PhotoTooLarge(f"Pictures of up to {most} bytes are taken", most_bytes=most)
