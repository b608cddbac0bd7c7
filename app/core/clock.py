"""Time is the database's: one clock for all machines. After a wait for a lock it is `clock_timestamp()`, not the transaction's start."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, DateTime, func, select
from sqlalchemy.orm import Session


def sql_now() -> ColumnElement[datetime]:
    """The instant at which the statement meets the row."""
    return func.clock_timestamp(type_=DateTime(timezone=True))


def sql_seconds(seconds: float) -> ColumnElement[timedelta]:
    """An interval of so many seconds."""
    return func.make_interval(0, 0, 0, 0, 0, 0, seconds)


def now(session: Session) -> datetime:
    """The present instant, in UTC."""
    return session.execute(select(sql_now())).scalar_one()


def rfc3339(instant: datetime) -> str:
    """`2026-11-22T10:00:00.123456Z`."""
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


def local_today(instant: datetime, time_zone: str) -> date:
    """The date on a hotel's wall at an instant."""
    return instant.astimezone(ZoneInfo(time_zone)).date()
