"""The funnel: what was searched and how much was found. Bookings carry the `search_id` they came from."""

from datetime import date
from uuid import UUID

from sqlalchemy import Double, Index, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from app.core.columns import Id, Model, Stamped


class SearchLog(Model):
    """Coordinates rounded to 4 decimals; distances in kilometres."""

    __tablename__ = "search_log"
    __table_args__ = (Index("ix_search_log_created_at", "created_at"),)

    id: Mapped[Id]
    user_id: Mapped[UUID | None]
    latitude: Mapped[float] = mapped_column(Double)
    longitude: Mapped[float] = mapped_column(Double)
    radius_km: Mapped[float] = mapped_column(Double)
    check_in: Mapped[date]
    check_out: Mapped[date]
    adults: Mapped[int] = mapped_column(SmallInteger)
    children: Mapped[int] = mapped_column(SmallInteger)
    rooms: Mapped[int] = mapped_column(SmallInteger)
    found: Mapped[int] = mapped_column(SmallInteger)
    created_at: Mapped[Stamped]
