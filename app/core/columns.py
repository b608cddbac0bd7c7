"""What every table is made of: named constraints, UUIDv7 keys, UTC instants by the database's clock, kobo."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, MetaData, func
from sqlalchemy.orm import DeclarativeBase, mapped_column
from uuid_utils.compat import uuid7

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Model(DeclarativeBase):
    """Root of all tables."""

    metadata = MetaData(naming_convention=NAMES)


def new_id() -> UUID:
    """A UUIDv7: sorts by time of birth, so that primary keys append."""
    return uuid7()


Id = Annotated[UUID, mapped_column(primary_key=True, default=new_id)]
Serial = Annotated[int, mapped_column(BigInteger, primary_key=True, autoincrement=True)]
Instant = Annotated[datetime, mapped_column(DateTime(timezone=True))]
Stamped = Annotated[datetime, mapped_column(DateTime(timezone=True), server_default=func.clock_timestamp())]
Kobo = Annotated[int, mapped_column(BigInteger)]


def one_of(column: str, values: type) -> str:
    """SQL of a CHECK that `column` holds a member of a StrEnum."""
    return f"{column} IN ({', '.join(repr(str(member)) for member in values)})"  # type: ignore[attr-defined]
