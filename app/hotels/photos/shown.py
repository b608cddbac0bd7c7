"""What a SELECT of hotels tells of their photos."""

from typing import Any

from sqlalchemy import Label, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by

from app.hotels.models import Hotel
from app.hotels.photos.models import Photo, PhotoStatus


def shown() -> Label[Any]:
    """A column `photos`: the ready ones in their order, as JSON objects without addresses."""
    told = ("id", "caption", "position", "is_cover", "width", "height")
    members = [part for name in told for part in (name, getattr(Photo, name))]
    in_order = aggregate_order_by(func.json_build_object(*members), Photo.position, Photo.id)
    ready = select(func.coalesce(func.json_agg(in_order), func.json_build_array()))
    return ready.where(Photo.hotel_id == Hotel.id, Photo.status == PhotoStatus.READY).scalar_subquery().label("photos")
