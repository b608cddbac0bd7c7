"""Everybody who may want something of a hotel, and what their refusals must leave as it was."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import text

from app.core.db import reading
from tests import factories
from tests.api import Api
from tests.factories import Person
from tests.surface import content

Call = Callable[[Api], Any]


@dataclass(frozen=True)
class People:
    """Each logged in. `owner` and `staff` belong to the hotel, `other_owner` runs another one."""

    hotel_id: UUID
    nobody: Api
    guest: Api
    other_owner: Api
    staff: Api
    owner: Api
    platform: Api
    owner_person: Person
    staff_person: Person

    def refused(self, call: Call, **expected: int) -> None:
        """Who calls hears the status said for him; nothing is written anywhere."""
        before = content()
        answers = {name: call(getattr(self, name)).status_code for name in expected}
        assert answers == expected
        assert content() == before


def people_of(api: Api, hotel_id: UUID) -> People:
    owner, staff = factories.member(hotel_id), factories.member(hotel_id, "hotel_staff")
    return People(
        hotel_id=hotel_id,
        nobody=api,
        guest=api.as_(factories.person()),
        other_owner=api.as_(factories.member(factories.hotel().id)),
        staff=api.as_(staff),
        owner=api.as_(owner),
        platform=api.as_(factories.person(role="platform_admin")),
        owner_person=owner,
        staff_person=staff,
    )


def rows(sql: str, **bound: Any) -> list[Mapping[str, Any]]:
    with reading() as session:
        return [dict(row) for row in session.execute(text(sql), bound).mappings()]


def audited() -> list[tuple[str, str]]:
    """The verbs of the audit log and the roles by which they were done, oldest first."""
    return [(row["verb"], row["actor_role"]) for row in rows("SELECT verb, actor_role FROM audit_log ORDER BY id")]


def mailed(kind: str) -> list[tuple[str, str]]:
    """Recipients and subjects of the mails of a kind, by recipient."""
    found = rows("SELECT recipient, subject FROM outgoing_emails WHERE kind = :kind ORDER BY recipient", kind=kind)
    return [(row["recipient"], row["subject"]) for row in found]
