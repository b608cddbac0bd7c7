"""Invitations, which hold the addresses of people who may never have answered, are not kept."""

from collections.abc import Callable

import pytest

from app.core import upkeep as core_upkeep
from app.hotels import upkeep
from tests import factories
from tests.hotels.people import rows
from tests.payments.stage import run

INVITATIONS = """
INSERT INTO hotel_invitations (id, hotel_id, email, role, token_hash, invited_by, expires_at, used_at)
SELECT gen_random_uuid(), :hotel, n || '@example.com', 'hotel_staff', decode(md5(n::text), 'hex'), :by,
       clock_timestamp() - make_interval(days => n), CASE WHEN n % 2 = 0 THEN clock_timestamp() - make_interval(days => n + 1) END
FROM generate_series(-1, 9) AS n
"""

pytestmark = pytest.mark.usefixtures("application")


@pytest.fixture
def eleven() -> None:
    """From one that ends tomorrow to one that ended nine days ago; every second was answered."""
    hotel = factories.hotel().id
    run(INVITATIONS, hotel=hotel, by=factories.member(hotel).id)


def test_they_go_a_week_after_their_end_answered_or_not(eleven: None) -> None:
    assert upkeep.forget_invitations() == 3
    assert upkeep.forget_invitations() == 0
    kept = rows("SELECT email FROM hotel_invitations ORDER BY expires_at DESC")
    assert [row["email"] for row in kept] == [f"{n}@example.com" for n in range(-1, 7)]


def test_much_goes_in_batches(eleven: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(core_upkeep, "BATCH", 2)
    assert upkeep.forget_invitations() == 3


def test_the_day_orders_it(eleven: None, run_jobs: Callable[[], int]) -> None:
    upkeep.order_purge()
    assert run_jobs() == 1
    assert len(rows("SELECT id FROM hotel_invitations")) == 8
