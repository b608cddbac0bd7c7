"""The person who asks: what the database, not the token, says about him at this moment."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from app.auth.models import PlatformRole, Role

RANKS = {role: rank for rank, role in enumerate(Role)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """A person as shown to himself.

    `memberships`: hotel_id → `hotel_admin` | `hotel_staff`; `role`: the strongest of all his words. `marketing`: he wants to be
    told of offers.
    """

    user_id: UUID
    email: str
    full_name: str
    phone: str | None
    role: Role
    memberships: Mapping[UUID, str]
    email_verified: bool = False
    marketing: bool = False

    @property
    def places(self) -> list[dict[str, object]]:
        """The memberships as a list, for JSON."""
        return [{"hotel_id": hotel_id, "role": role} for hotel_id, role in sorted(self.memberships.items())]


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal(Profile):
    """A person inside one of his sessions."""

    session_id: UUID

    @property
    def is_platform_admin(self) -> bool:
        return self.role is Role.PLATFORM_ADMIN

    def works_at(self, hotel_id: UUID) -> bool:
        """Whether he is a member of the hotel, in either role."""
        return hotel_id in self.memberships

    def is_at_least(self, role: Role) -> bool:
        """Whether his strongest word is this one or a stronger one."""
        return RANKS[self.role] >= RANKS[role]


def strongest(platform_role: str, memberships: Mapping[UUID, str]) -> Role:
    """The strongest of what a person is to the platform and to his hotels."""
    words = [PlatformRole(platform_role), *memberships.values()]
    return max((Role(word) for word in words), key=RANKS.__getitem__)
