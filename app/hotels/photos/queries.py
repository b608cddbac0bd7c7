"""Every SELECT about photos. Who writes them locks the hotel first, so that order, cover and number have one writer at a time."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, and_, delete, func, or_, select
from sqlalchemy.orm import Session

from app.core.clock import sql_now, sql_seconds
from app.hotels.photos.errors import PhotoNotFound
from app.hotels.photos.models import Photo, PhotoStatus
from app.hotels.queries import lock_hotel

MOST_SHOWN = 100
DAY = 86400

_TAKES_A_PLACE = or_(
    Photo.status.in_([PhotoStatus.CHECKING, PhotoStatus.READY]),
    and_(Photo.status == PhotoStatus.WAITING, Photo.upload_expires_at > sql_now()),
)
_IS_OVER = Photo.status.in_([PhotoStatus.REFUSED, PhotoStatus.REMOVED])


def photos_of(session: Session, hotel_id: UUID) -> list[Photo]:
    """All but removed ones: the ready in their order, then the youngest first, at most a hundred."""
    statement = _of(hotel_id).order_by(Photo.position.asc().nulls_last(), Photo.id.desc()).limit(MOST_SHOWN)
    return list(session.scalars(statement))


def ready_photos(session: Session, hotel_id: UUID) -> list[Photo]:
    """In their order."""
    statement = _of(hotel_id).where(Photo.status == PhotoStatus.READY).order_by(Photo.position, Photo.id)
    return list(session.scalars(statement))


def get_photo(session: Session, hotel_id: UUID, photo_id: UUID) -> Photo:
    """Raises PhotoNotFound, also for one that was removed."""
    return _required(session.scalar(_of(hotel_id).where(Photo.id == photo_id)))


def lock_photo(session: Session, hotel_id: UUID, photo_id: UUID) -> Photo:
    """The photo, and all of its hotel against other writers. Raises HotelNotFound, PhotoNotFound."""
    lock_hotel(session, hotel_id)
    return _required(session.scalar(_of(hotel_id).where(Photo.id == photo_id).with_for_update(key_share=True)))


def find_photo(session: Session, photo_id: UUID) -> Photo | None:
    """In any state; None when it is gone for good."""
    return session.get(Photo, photo_id)


def lock_at_work(session: Session, photo: Photo) -> Photo | None:
    """As `lock_photo`, for a job that has a photo of earlier: also a removed one, None when it is gone for good."""
    lock_hotel(session, photo.hotel_id)
    return session.scalar(select(Photo).where(Photo.id == photo.id).with_for_update(key_share=True))


def count_places(session: Session, hotel_id: UUID, *, but: UUID | None = None) -> int:
    """How many photos the hotel has or is about to have; a link that has run out holds no place."""
    statement = select(func.count()).where(Photo.hotel_id == hotel_id, _TAKES_A_PLACE)
    if but is not None:
        statement = statement.where(Photo.id != but)
    return session.scalars(statement).one()


def seconds_of_link(session: Session, photo_id: UUID) -> float:
    """How long the photo's upload link still lives; negative when it has run out."""
    left = func.extract("epoch", Photo.upload_expires_at - sql_now())
    return float(session.scalars(select(left).where(Photo.id == photo_id)).one())


def claim_abandoned(session: Session, limit: int) -> list[Photo]:
    """Uploads that nobody told complete within a day."""
    old = Photo.created_at < sql_now() - sql_seconds(DAY)
    statement = select(Photo).where(Photo.status == PhotoStatus.WAITING, old).order_by(Photo.id).limit(limit)
    return list(session.scalars(statement.with_for_update(key_share=True, skip_locked=True)))


def uncleared(session: Session, after: UUID | None, limit: int) -> Sequence[UUID]:
    """Photos whose leftovers should have been deleted an hour ago, by id from `after` on."""
    settled = Photo.status.in_([PhotoStatus.READY, PhotoStatus.REFUSED, PhotoStatus.REMOVED])
    due = func.greatest(Photo.upload_expires_at, Photo.moved_at) < sql_now() - sql_seconds(DAY / 24)
    statement = select(Photo.id).where(settled, Photo.cleared_at.is_(None), due).order_by(Photo.id).limit(limit)
    return session.scalars(statement if after is None else statement.where(Photo.id > after)).all()


def forget(session: Session, days: int, limit: int) -> int:
    """Deletes rows of photos that nobody sees and the store has nothing of, so many days after. Returns how many."""
    old = Photo.cleared_at < sql_now() - sql_seconds(days * DAY)
    found = select(Photo.id).where(_IS_OVER, old).order_by(Photo.id).limit(limit).with_for_update(skip_locked=True)
    return len(session.scalars(delete(Photo).where(Photo.id.in_(found)).returning(Photo.id)).all())


def _of(hotel_id: UUID) -> Select[Photo]:
    return select(Photo).where(Photo.hotel_id == hotel_id, Photo.status != PhotoStatus.REMOVED)


def _required(photo: Photo | None) -> Photo:
    if photo is None:
        raise PhotoNotFound
    return photo
