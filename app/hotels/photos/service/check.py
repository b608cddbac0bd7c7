"""The check of an upload: read, decoded, painted anew in two sizes, and shown; or refused, with the reason.

May be killed at any line. Nothing is shown before both sizes are stored; whoever comes next begins anew and writes the same objects,
for it reads the very upload that was looked at. A picture that ends its process is refused after three times.
"""

from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from app.config import settings
from app.core.db import reading, retrying, transaction
from app.core.logging import logger
from app.core.metrics import PHOTOS
from app.core.object_store import ObjectChanged, ObjectGone, ObjectTooLong, store
from app.core.outbox import enqueue
from app.hotels.photos import objects, pictures, queries, states
from app.hotels.photos.jobs import CLEAR_PHOTO
from app.hotels.photos.models import Photo, PhotoStatus, Refusal
from app.hotels.photos.pictures import Picture, PictureRefused, Size

MOST_CHECKS = 3

log = logger(__name__)


def check(photo_id: UUID) -> None:
    """Checks the photo unless that was done. Raises NoAnswer when the store is away."""
    with reading() as session:
        photo = queries.find_photo(session, photo_id)
    if photo is None or photo.status not in {PhotoStatus.CHECKING, PhotoStatus.REMOVED}:
        return
    if photo.status == PhotoStatus.REMOVED:
        _clear(photo)  # a run before this one may have stored something after it was removed
        return
    try:
        large = _stored(photo)
    except PictureRefused as refused:
        _refuse(photo, refused.reason)
    else:
        _show(photo, large)


def _stored(photo: Photo) -> Picture:
    """Both sizes are in the store; the large one. Raises PictureRefused."""
    upload = _upload_of(photo)
    if _begins(photo.id) > MOST_CHECKS:
        raise PictureRefused(Refusal.PICTURE_BOMB)
    remade = pictures.remade(upload, settings().photo_max_pixels)
    for size, picture in remade.items():
        key = objects.picture_key(photo.hotel_id, photo.id, size)
        store().put(key, picture.body, pictures.CONTENT_TYPE)
    return remade[Size.LARGE]


def _upload_of(photo: Photo) -> bytes:
    key = objects.upload_key(photo.hotel_id, photo.id)
    try:
        return store().read(key, etag=photo.upload_etag or "", most=settings().photo_max_bytes)
    except ObjectGone as error:
        raise PictureRefused(Refusal.NOT_UPLOADED) from error
    except ObjectChanged as error:
        raise PictureRefused(Refusal.UPLOAD_REPLACED) from error
    except ObjectTooLong as error:
        raise PictureRefused(Refusal.TOO_LARGE) from error


def _begins(photo_id: UUID) -> int:
    """Counts the beginning of a check before it can do any harm; which one this is."""
    with transaction() as session:
        counted = update(Photo).where(Photo.id == photo_id).values(checks=Photo.checks + 1).returning(Photo.checks)
        return session.execute(counted).scalar_one()


@retrying
def _refuse(checked: Photo, reason: Refusal) -> None:
    with transaction() as session:
        photo = _still_checking(session, checked)
        if photo is None:
            return
        states.refuse(photo, reason)
    PHOTOS.labels(reason).inc()
    log.info("photo_refused", photo_id=str(checked.id), hotel_id=str(checked.hotel_id), reason=reason)


@retrying
def _show(checked: Photo, large: Picture) -> None:
    """The last in the hotel's order, and its cover if there is none."""
    with transaction() as session:
        photo = _still_checking(session, checked)
        if photo is None:
            return
        last, has_cover = _order_and_cover(session, photo.hotel_id)
        states.move(photo, PhotoStatus.READY)
        photo.width, photo.height = large.width, large.height
        photo.position, photo.is_cover = last + 1, not has_cover
    PHOTOS.labels("ready").inc()
    log.info("photo_ready", photo_id=str(checked.id), hotel_id=str(checked.hotel_id))


def _still_checking(session: Session, checked: Photo) -> Photo | None:
    """The photo, locked; None when it was removed or judged meanwhile. Either way the store has something of it that may go."""
    enqueue(session, CLEAR_PHOTO, photo_id=checked.id)
    photo = queries.lock_at_work(session, checked)
    return photo if photo is not None and photo.status == PhotoStatus.CHECKING else None


def _order_and_cover(session: Session, hotel_id: UUID) -> tuple[int, bool]:
    """The last position that is taken, and whether one of the hotel's photos is its cover."""
    summary = select(func.coalesce(func.max(Photo.position), 0), func.coalesce(func.bool_or(Photo.is_cover), False))
    last, has_cover = session.execute(summary.where(Photo.hotel_id == hotel_id)).one()
    return last, has_cover


def _clear(photo: Photo) -> None:
    with transaction() as session:
        enqueue(session, CLEAR_PHOTO, photo_id=photo.id)
