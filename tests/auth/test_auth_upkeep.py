"""What is kept of links and addresses for a while goes when the while is over."""

from collections.abc import Callable
from time import time
from uuid import UUID

import pytest

from app.auth import upkeep
from tests import factories
from tests.api import Api
from tests.auth import rows
from tests.auth.places import log_in
from workers.tasks import ticks

LINKS = """
INSERT INTO one_time_tokens (id, user_id, purpose, token_hash, email, expires_at)
SELECT gen_random_uuid(), :id, 'reset_password', decode(md5(n::text), 'hex'), 'ada@example.com',
       clock_timestamp() - make_interval(days => n) FROM generate_series(0, 9) AS n
"""

DAY = 86400
SESSION = """
INSERT INTO sessions (id, user_id, refresh_jti, created_at, last_used_at, expires_at, revoked_at)
SELECT :id, :user_id, gen_random_uuid(), at, at, at + interval '7 days', CASE WHEN :revoked THEN at END
FROM (SELECT clock_timestamp() - make_interval(days => :age) AS at) AS opened
"""


def opened(days_ago: int, person: factories.Person, *, revoked: bool = False) -> UUID:
    """A session as it is when nobody has used it since; its id tells when it was opened."""
    milliseconds = int((time() - days_ago * DAY) * 1000)
    session_id = UUID(int=milliseconds << 80 | 7 << 76 | 2 << 62 | (person.id.int & 0xFFFFFFFF))
    rows.change(SESSION, id=session_id, user_id=person.id, age=days_ago, revoked=revoked)
    return session_id


def test_links_go_a_week_after_their_end(api: Api) -> None:
    ada = factories.person()
    rows.change(LINKS, id=ada.id)
    assert upkeep.forget_links() == 3
    assert upkeep.forget_links() == 0
    assert rows.count("one_time_tokens") == 7


def test_addresses_go_after_ninety_days(api: Api) -> None:
    ada = factories.person()
    for number in range(3):
        log_in(api.app, ada, ip=f"203.0.113.{number}")
    rows.change("UPDATE known_addresses SET seen_at = seen_at - interval '91 days' WHERE address <> '203.0.113.0'")
    assert upkeep.forget_links() == 2
    assert rows.one("SELECT address FROM known_addresses").address == "203.0.113.0"


def test_sessions_go_ninety_days_after_their_end(api: Api) -> None:
    ada, obi = factories.person(), factories.person()
    for person in (ada, obi):
        opened(98, person)
        opened(99, person, revoked=True)
    kept = {opened(96, ada), opened(95, ada, revoked=True)}
    refreshed = opened(200, obi)
    rows.change("UPDATE sessions SET expires_at = clock_timestamp() + interval '1 day' WHERE id = :id", id=refreshed)
    assert upkeep.forget_links() == 4
    assert upkeep.forget_links() == 0
    assert set(rows.one("SELECT array_agg(id) AS ids FROM sessions").ids) == {*kept, refreshed}


def test_a_login_renews_its_address(api: Api) -> None:
    ada = factories.person()
    log_in(api.app, ada)
    rows.change("UPDATE known_addresses SET seen_at = seen_at - interval '80 days'")
    log_in(api.app, ada)
    assert rows.one("SELECT clock_timestamp() - seen_at < interval '1 minute' AS new FROM known_addresses").new


@pytest.mark.usefixtures("application")
def test_the_day_orders_all_of_it(run_jobs: Callable[[], int]) -> None:
    ticks.order_purge()
    ordered = rows.one("SELECT array_agg(name::text ORDER BY name) AS names FROM outbox").names
    assert ordered == [
        "auth.forget_links",
        "bookings.forget_traces",
        "hotels.forget_invitations",
        "mail.forget_secrets",
        "upkeep.forget_keys",
    ]
    assert run_jobs() == 5
