"""Lists that grow are read by keyset: an opaque cursor that names the last row seen."""

import base64
import binascii
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from app.core.errors import Invalid

LARGEST = 100
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
INSTANT_BYTES = NUMBER_BYTES = 8

Row = TypeVar("Row")
Place = tuple[datetime, UUID]


class CursorInvalid(Invalid):
    code, title = "cursor_invalid", "This cursor is not one of ours"


def page(found: Sequence[Row], limit: int, cursor: Callable[[Row], str]) -> dict[str, Any]:
    """`{items, next_cursor}` of up to `limit` rows and one more, which tells that there is a next page; on the last one no cursor."""
    items = list(found[:limit])
    return {"items": items, "next_cursor": cursor(items[-1]) if len(found) > limit else None}


def cursor_of(last_id: UUID) -> str:
    """The cursor that continues after the row with this id."""
    return _spelled(last_id.bytes)


def read_cursor(cursor: str | None) -> UUID | None:
    """The id a cursor stands for. Raises CursorInvalid."""
    if cursor is None:
        return None
    try:
        return UUID(bytes=_bytes_of(cursor))
    except (ValueError, binascii.Error) as error:
        raise CursorInvalid from error


def cursor_of_number(last: int) -> str:
    """As `cursor_of`, where rows are numbered."""
    return _spelled(last.to_bytes(NUMBER_BYTES, signed=True))


def read_number(cursor: str | None) -> int | None:
    """The number a cursor stands for. Raises CursorInvalid."""
    if cursor is None:
        return None
    try:
        read = _bytes_of(cursor)
    except (ValueError, binascii.Error) as error:
        raise CursorInvalid from error
    if len(read) != NUMBER_BYTES:
        raise CursorInvalid
    return int.from_bytes(read, signed=True)


def cursor_of_place(place: Place) -> str:
    """The cursor of a list in the order of an instant and, where that is the same, of ids."""
    microseconds = (place[0] - EPOCH) // MICROSECOND
    return _spelled(microseconds.to_bytes(INSTANT_BYTES, signed=True) + place[1].bytes)


def read_place(cursor: str | None) -> Place | None:
    """The instant and the id that `cursor_of_place` was given. Raises CursorInvalid."""
    if cursor is None:
        return None
    try:
        read = _bytes_of(cursor)
        instant = EPOCH + int.from_bytes(read[:INSTANT_BYTES], signed=True) * MICROSECOND
        return instant, UUID(bytes=read[INSTANT_BYTES:])
    except (ValueError, OverflowError, binascii.Error) as error:
        raise CursorInvalid from error


def _spelled(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _bytes_of(cursor: str) -> bytes:
    return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
