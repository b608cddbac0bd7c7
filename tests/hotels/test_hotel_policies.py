"""Who sees a hotel, whatever state it is in."""

import pytest

from app.hotels.models import HotelStatus
from app.hotels.policies import can_see
from tests.auth.test_permissions import HERE, someone

KNOWN = [someone(here="hotel_staff"), someone(here="hotel_admin"), someone("platform_admin")]
STRANGERS = [None, someone(), someone(elsewhere="hotel_admin")]


@pytest.mark.parametrize("status", list(HotelStatus))
def test_only_active_hotels_are_public(status: HotelStatus) -> None:
    assert [can_see(person, HERE, status) for person in KNOWN] == [True, True, True]
    assert [can_see(person, HERE, status) for person in STRANGERS] == [status is HotelStatus.ACTIVE] * 3
