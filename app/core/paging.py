"""Lists that grow are read by keyset: an opaque cursor that names the last row seen."""

import base64
import binascii
from uuid import UUID

from app.core.errors import Invalid

LARGEST = 100


class CursorInvalid(Invalid):
    code, title = "cursor_invalid", "This cursor is not one of ours"


def cursor_of(last_id: UUID) -> str:
    """The cursor that continues after the row with this id."""
    return base64.urlsafe_b64encode(last_id.bytes).decode().rstrip("=")


def read_cursor(cursor: str | None) -> UUID | None:
    """The id a cursor stands for. Raises CursorInvalid."""
    if cursor is None:
        return None
    try:
        return UUID(bytes=base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error) as error:
        raise CursorInvalid from error
