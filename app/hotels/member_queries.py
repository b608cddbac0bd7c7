"""Reading who belongs to a hotel and who is asked to."""

from typing import Any
from uuid import UUID

from sqlalchemy import cast, func, select
from sqlalchemy.dialects.postgresql import CITEXT
from sqlalchemy.orm import Session

from app.auth.models import User
from app.core.clock import sql_now, sql_seconds
from app.hotels.errors import MemberNotFound
from app.hotels.limits import DAY
from app.hotels.models import IN_THE_MAKING, Hotel, Invitation, Member, MemberRole

_IS_OPEN = Invitation.used_at.is_(None) & (Invitation.expires_at > sql_now())
_MEMBER = (Member.user_id, User.full_name, User.email, Member.role, Member.created_at)


def members_of(session: Session, hotel_id: UUID) -> list[Any]:
    """Rows of user_id, full_name, email, role, created_at; who came first is first. One statement."""
    statement = select(*_MEMBER).join(User, User.id == Member.user_id).where(Member.hotel_id == hotel_id)
    return list(session.execute(statement.order_by(Member.created_at, Member.user_id)))


def get_member(session: Session, hotel_id: UUID, user_id: UUID) -> Any:
    """A row as of `members_of`. Raises MemberNotFound."""
    found = (Member.hotel_id == hotel_id) & (Member.user_id == user_id)
    row = session.execute(select(*_MEMBER).join(User, User.id == Member.user_id).where(found)).one_or_none()
    if row is None:
        raise MemberNotFound
    return row


def count_other_admins(session: Session, hotel_id: UUID, user_id: UUID) -> int:
    """Admins of the hotel beside this person. The hotel's row is locked, so that two who go at once are counted one after the other."""
    others = (Member.hotel_id == hotel_id) & (Member.user_id != user_id) & (Member.role == MemberRole.HOTEL_ADMIN)
    return session.scalar(select(func.count()).select_from(Member).where(others)) or 0


def is_member(session: Session, hotel_id: UUID, email: str) -> bool:
    """Whether the account of this address has a place in the hotel."""
    found = (Member.hotel_id == hotel_id) & (User.email == email)
    statement = select(Member.user_id).join(User, User.id == Member.user_id).where(found)
    return session.scalar(statement) is not None


def emails_of_admins(session: Session, hotel_id: UUID) -> list[str]:
    admins = (Member.hotel_id == hotel_id) & (Member.role == MemberRole.HOTEL_ADMIN)
    return list(session.scalars(select(User.email).join(Member, Member.user_id == User.id).where(admins)))


def count_begun(session: Session, user_id: UUID) -> int:
    """Hotels that the person runs: those that wait to be approved, and those begun within a day, whatever became of them."""
    is_new = Hotel.status.in_(IN_THE_MAKING) | (Hotel.created_at > sql_now() - sql_seconds(DAY))
    run = (Member.user_id == user_id) & (Member.role == MemberRole.HOTEL_ADMIN)
    statement = select(func.count()).select_from(Member).join(Hotel, Hotel.id == Member.hotel_id)
    return session.scalars(statement.where(run, is_new)).one()


def find_verified_user(session: Session, email: str) -> UUID | None:
    """Whose address this is, if he has shown that it is."""
    return session.scalar(select(User.id).where(User.email == email, User.email_verified_at.is_not(None)))


def open_invitations(session: Session, hotel_id: UUID) -> list[Invitation]:
    """Those that can still be accepted, oldest first."""
    living = (Invitation.hotel_id == hotel_id) & _IS_OPEN
    return list(session.scalars(select(Invitation).where(living).order_by(Invitation.id)))


def count_open_invitations(session: Session, hotel_id: UUID, *, but: str) -> int:
    """Beside one to the address `but`. The hotel is locked, so that of two at once the second is counted as well."""
    others = (Invitation.hotel_id == hotel_id) & _IS_OPEN & (Invitation.email != but)
    return session.scalars(select(func.count()).select_from(Invitation).where(others)).one()


def find_offer(session: Session, token_hash: bytes, email: str) -> Any | None:
    """Of an invitation that can be accepted: hotel_id, and whether it `is_mine`, the address's, by the database's notion of letter case."""
    is_mine = (Invitation.email == cast(email, CITEXT)).label("is_mine")
    living = (Invitation.token_hash == token_hash) & _IS_OPEN
    return session.execute(select(Invitation.hotel_id, is_mine).where(living)).one_or_none()
