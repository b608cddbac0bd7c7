"""Photos of hotels and what became of their uploads."""

from enum import StrEnum
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, SmallInteger, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.columns import Id, Instant, Model, Stamped, one_of


class PhotoStatus(StrEnum):
    """`waiting` for its upload, `checking` by a job, `ready` to be shown, `refused` for a reason, `removed`."""

    WAITING = "waiting"
    CHECKING = "checking"
    READY = "ready"
    REFUSED = "refused"
    REMOVED = "removed"


class Refusal(StrEnum):
    """Why an upload is no photo of ours."""

    NOT_A_PICTURE = "not_a_picture"
    UNSUPPORTED_FORMAT = "unsupported_format"
    DAMAGED_PICTURE = "damaged_picture"
    PICTURE_BOMB = "picture_bomb"
    TOO_LARGE = "too_large"
    NOT_UPLOADED = "not_uploaded"
    UPLOAD_REPLACED = "upload_replaced"


class PictureType(StrEnum):
    """What may be uploaded."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    WEBP = "image/webp"


class Photo(Model):
    """One upload, and the photo it became.

    `bytes`: its size, as told and then as found. `upload_etag`: what was found when the upload was told complete; nothing else is looked
    at. `checks`: how often the decoder began. `position`: from 1 on, of ready ones. `width`, `height`: of the large size, in pixels.
    `moved_at`: the last change of status. `cleared_at`: since when the store holds nothing of it but what is shown.
    """

    __tablename__ = "hotel_photos"
    __table_args__ = (
        CheckConstraint(one_of("status", PhotoStatus), name="status"),
        CheckConstraint(one_of("refusal", Refusal), name="refusal"),
        CheckConstraint(one_of("content_type", PictureType), name="content_type"),
        CheckConstraint("bytes > 0", name="bytes"),
        CheckConstraint("status <> 'checking' OR upload_etag IS NOT NULL", name="checking"),
        CheckConstraint("status <> 'ready' OR num_nulls(position, width, height) = 0", name="ready"),
        CheckConstraint("status <> 'refused' OR refusal IS NOT NULL", name="refused"),
        CheckConstraint("NOT is_cover OR status = 'ready'", name="cover"),
        Index("ix_hotel_photos_hotel_id", "hotel_id"),
        Index("uq_hotel_photos_cover", "hotel_id", unique=True, postgresql_where=text("is_cover")),
    )

    id: Mapped[Id]
    hotel_id: Mapped[UUID] = mapped_column(ForeignKey("hotels.id"))
    status: Mapped[str] = mapped_column(Text, server_default=PhotoStatus.WAITING)
    refusal: Mapped[str | None] = mapped_column(Text)
    content_type: Mapped[str] = mapped_column(Text)
    bytes: Mapped[int] = mapped_column(Integer)
    upload_expires_at: Mapped[Instant]
    upload_etag: Mapped[str | None] = mapped_column(Text)
    checks: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    caption: Mapped[str] = mapped_column(Text, server_default="")
    position: Mapped[int | None] = mapped_column(SmallInteger)
    is_cover: Mapped[bool] = mapped_column(server_default=text("false"))
    width: Mapped[int | None] = mapped_column(SmallInteger)
    height: Mapped[int | None] = mapped_column(SmallInteger)
    created_at: Mapped[Stamped]
    moved_at: Mapped[Stamped]
    cleared_at: Mapped[Instant | None]
