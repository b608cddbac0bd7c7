"""The platform keeps an admin who may log in: whoever takes one away, in whatever way, comes through here first."""

from uuid import UUID

from sqlalchemy.orm import Session

from app.auth import queries
from app.auth.errors import LastPlatformAdmin
from app.core.errors import Forbidden


def keep_one(session: Session, *, but: UUID | None = None, by: UUID | None = None) -> None:
    """To be called before anybody else is locked. Raises LastPlatformAdmin when there is none beside `but`, who is about to be none;
    Forbidden when `by`, who acts, has been one until just now.

    All of them are locked, so that of two who end each other at once the second finds what the first has done.
    """
    admins = queries.lock_platform_admins(session)
    if admins == [but]:
        raise LastPlatformAdmin
    if by is not None and by not in admins:
        raise Forbidden
