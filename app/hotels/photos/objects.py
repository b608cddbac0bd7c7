"""What the objects of a photo are called, and where they are read.

An upload has a name that is used once and that nobody reads but us; what is shown lies apart from it, under names that never get other
content, so that whoever has read one may keep it.
"""

from collections.abc import Sequence
from uuid import UUID

from app.config import settings
from app.hotels.photos.models import PhotoStatus
from app.hotels.photos.pictures import Size


def upload_key(hotel_id: UUID, photo_id: UUID) -> str:
    return f"incoming/{hotel_id}/{photo_id}"


def picture_key(hotel_id: UUID, photo_id: UUID, size: Size) -> str:
    return f"photos/{hotel_id}/{photo_id}/{size}.webp"


def urls(hotel_id: UUID, photo_id: UUID) -> dict[str, str]:
    """Of each size, by its name."""
    place = settings().public_photos_url.rstrip("/")
    return {str(size): f"{place}/{picture_key(hotel_id, photo_id, size)}" for size in Size}


def superfluous(hotel_id: UUID, photo_id: UUID, status: str) -> Sequence[str]:
    """What the store may no longer hold of a photo that has this status."""
    upload = upload_key(hotel_id, photo_id)
    if status == PhotoStatus.READY:
        return [upload]
    if status in {PhotoStatus.REFUSED, PhotoStatus.REMOVED}:
        return [upload, *(picture_key(hotel_id, photo_id, size) for size in Size)]
    return []
