"""The permission matrix of hotels."""

from uuid import UUID

import pytest

from app.auth.models import Role
from app.auth.principal import Principal
from app.core.columns import new_id
from app.hotels.models import HotelStatus
from app.hotels.policies import can_manage, can_see, can_work_at

HOTEL, OTHER = new_id(), new_id()


def someone(role: Role, memberships: dict[UUID, str]) -> Principal:
    return Principal(
        user_id=new_id(),
        session_id=new_id(),
        email="someone@example.com",
        full_name="Some One",
        phone=None,
        role=role,
        memberships=memberships,
    )


MATRIX = [
    (someone(Role.GUEST, {}), False, False),
    (someone(Role.HOTEL_STAFF, {HOTEL: "hotel_staff"}), True, False),
    (someone(Role.HOTEL_ADMIN, {HOTEL: "hotel_admin"}), True, True),
    (someone(Role.HOTEL_ADMIN, {OTHER: "hotel_admin"}), False, False),
    (someone(Role.PLATFORM_ADMIN, {}), True, True),
]


@pytest.mark.parametrize(("person", "works", "manages"), MATRIX)
def test_who_works_at_and_who_manages_a_hotel(person: Principal, works: bool, manages: bool) -> None:
    assert (can_work_at(person, HOTEL), can_manage(person, HOTEL)) == (works, manages)


@pytest.mark.parametrize("status", list(HotelStatus))
def test_only_active_hotels_are_public(status: HotelStatus) -> None:
    is_public = status is HotelStatus.ACTIVE
    assert can_see(None, HOTEL, status) is is_public
    for person, works, _ in MATRIX:
        assert can_see(person, HOTEL, status) is (is_public or works)
