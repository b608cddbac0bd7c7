"""Photos as plain values, with the addresses at which they are read."""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from app.core.object_store import UploadForm
from app.hotels.photos import objects
from app.hotels.photos.models import Photo, PhotoStatus

TOLD = ("id", "status", "refusal", "caption", "position", "is_cover", "width", "height", "created_at")


def told(photo: Photo) -> dict[str, Any]:
    """Any photo; one that is not ready has no `urls`."""
    urls = objects.urls(photo.hotel_id, photo.id) if photo.status == PhotoStatus.READY else None
    return {name: getattr(photo, name) for name in TOLD} | {"urls": urls}


def begun(photo: Photo, form: UploadForm) -> dict[str, Any]:
    """A photo that waits, with the form that uploads it."""
    upload = {"url": form.url, "fields": form.fields, "expires_at": photo.upload_expires_at}
    return told(photo) | {"upload": upload}


def on_page(hotel_id: UUID, shown: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """`photos` and `cover` of a hotel's page, from what `shown` found."""
    photos = [{**photo, "urls": objects.urls(hotel_id, photo["id"])} for photo in shown]
    return {"photos": photos, "cover": next((photo for photo in photos if photo["is_cover"]), None)}
