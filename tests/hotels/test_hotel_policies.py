"""The permission matrix of hotels."""

from uuid import UUID

import pytest

from app.auth.models import Role
from app.auth.principal import Principal
from app.core.columns import new_id
from app.hotels.models import HotelStatus
from app.hotels.policies import can_see, can_work_at

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
    (someone(Role.GUEST, {}), False),
    (someone(Role.HOTEL_STAFF, {HOTEL: "hotel_staff"}), True),
    (someone(Role.HOTEL_ADMIN, {HOTEL: "hotel_admin"}), True),
    (someone(Role.HOTEL_ADMIN, {OTHER: "hotel_admin"}), False),
    (someone(Role.PLATFORM_ADMIN, {}), True),
]


@pytest.mark.parametrize(("person", "works"), MATRIX)
def test_who_works_at_a_hotel(person: Principal, works: bool) -> None:
    assert can_work_at(person, HOTEL) is works


@pytest.mark.parametrize("status", list(HotelStatus))
def test_only_active_hotels_are_public(status: HotelStatus) -> None:
    is_public = status is HotelStatus.ACTIVE
    assert can_see(None, HOTEL, status) is is_public
    for person, works in MATRIX:
        assert can_see(person, HOTEL, status) is (is_public or works)
