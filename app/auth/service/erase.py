"""What accounts do when a person is erased; `app.erasure` decides whether he may be."""

from uuid import UUID

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from app.auth import passwords, states
from app.auth.models import KnownAddress, LoginSession, OneTimeToken, PlatformRole, User, UserStatus
from app.auth.service import opened

NAME = "Erased guest"


def address_of_nobody(row_id: UUID) -> str:
    """An e-mail that nobody can have, another for each row (RFC 2606: .invalid leads nowhere)."""
    return f"erased-{row_id}@erased.invalid"


def blank(session: Session, user: User) -> None:
    """The locked person is nobody from now on: no name, no e-mail, no way in. Raises IllegalTransition."""
    states.move(user, UserStatus.ERASED)
    user.email, user.full_name, user.phone = address_of_nobody(user.id), NAME, None
    user.password_hash, user.role = passwords.UNUSABLE, PlatformRole.GUEST
    user.email_verified_at = user.marketing_accepted_at = None
    session.flush()
    opened.end_all(session, user.id, "erased")
    session.execute(
        update(LoginSession)
        .where(LoginSession.user_id == user.id)
        .values(user_agent=None, ip=None)
        .execution_options(synchronize_session=False)
    )
    session.execute(delete(OneTimeToken).where(OneTimeToken.user_id == user.id))
    session.execute(delete(KnownAddress).where(KnownAddress.user_id == user.id))
