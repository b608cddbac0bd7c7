"""Loading the sample world."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from werkzeug.serving import make_server

from app import invariants
from app.auth import passwords
from app.auth.models import User
from app.core.audit import audit
from app.core.clock import local_today, now
from app.core.db import reading
from app.hotels import checklist, queries
from app.hotels.models import Hotel, Member
from app.rates.models import RatePlan
from app.rooms.models import Room
from demo import accounts
from demo.load import SCALES, load
from demo.world.accounts import ACCOUNTS, DEMO_PASSWORD
from demo.world.hotels import hotels
from demo.world.story import STORY_NAMES
from tests.api import Api

pytestmark = pytest.mark.usefixtures("application")

UNSOLD = """
    SELECT count(*) FROM rate_plans plan
    JOIN hotels hotel ON hotel.id = plan.hotel_id
    CROSS JOIN LATERAL (SELECT (clock_timestamp() AT TIME ZONE hotel.time_zone)::date AS day) today
    WHERE daterange(today.day, today.day + 403) <> (
        SELECT daterange(min(lower(days)), max(upper(days))) FROM rate_spans span
        WHERE span.rate_plan_id = plan.id AND (span.price = plan.price OR span.price % 50000 = 0 AND span.price > plan.price)
        HAVING sum(upper(days) - lower(days)) = 403
    )
"""

WRONG_OCCUPANCY = """
    SELECT count(*) FROM hotels hotel
    WHERE max_occupancy <> (SELECT max(max_occupancy) FROM room_types WHERE hotel_id = hotel.id)
"""


def count(model: type[Any]) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(model)) or 0


def test_the_world_is_written_whole() -> None:
    samples = hotels(12)
    types = [room_type for sample in samples for room_type in sample.room_types]
    assert load(12) == 12
    assert count(Room) == sum(len(room_type.rooms) for room_type in types)
    assert count(RatePlan) == sum(len(room_type.rate_plans) for room_type in types)
    assert (count(Hotel), count(User), count(Member)) == (12, len(ACCOUNTS), 3)
    with reading() as session:
        assert session.execute(text(UNSOLD)).scalar_one() == 0
        assert session.execute(text(WRONG_OCCUPANCY)).scalar_one() == 0
        assert session.execute(text("SELECT count(*) FROM rate_seasons")).scalar_one() > 0
        assert session.scalar(select(func.count()).where(Hotel.status == "active")) == 12
    assert [finding.invariant.name for finding in audit(invariants.ALL) if finding.total] == []


def test_each_hotel_tells_what_the_platform_demands() -> None:
    load(SCALES["small"])
    with reading() as session:
        ids = session.scalars(select(Hotel.id)).all()
        lacking = {hotel_id: checklist.missing(queries.get_facts(session, hotel_id)) for hotel_id in ids}
    assert len(lacking) == SCALES["small"]
    assert {hotel_id: items for hotel_id, items in lacking.items() if items} == {}


def test_loading_again_changes_nothing(count_statements: Callable[[], Any]) -> None:
    load(4)
    with count_statements() as statements:
        assert load(8) == 0
    assert (count(Hotel), len(statements)) == (4, 1)


def test_the_usual_world_is_there_within_seconds() -> None:
    began = time.monotonic()
    assert load(SCALES["full"]) == SCALES["full"]
    assert time.monotonic() - began < 10


def test_every_account_logs_in_with_the_shared_password(api: Api) -> None:
    load(3)
    for account in ACCOUNTS:
        answer: Any = api.post("/auth/login", {"email": account.email, "password": DEMO_PASSWORD})
        assert (answer.status_code, answer.json["user"]["role"]) == (200, account.role)
    with reading() as session:
        hashes = set(session.scalars(select(User.password_hash)))
    assert len(hashes) == 1
    assert passwords.matches(hashes.pop(), DEMO_PASSWORD)


def test_the_storys_hotels_are_the_nearest_to_the_centre_of_victoria_island(api: Api) -> None:
    load(SCALES["small"])
    with reading() as session:
        today = local_today(now(session), "Africa/Lagos")
    stay = {"check_in": today, "check_out": today + timedelta(days=1)}
    answer: Any = api.get("/hotels/search", lat=6.4281, lon=3.4219, **stay)
    found = [item["hotel"]["name"] for item in answer.json["items"]]
    assert found[: len(STORY_NAMES)] == list(STORY_NAMES)


def test_the_table_names_every_account_and_the_password() -> None:
    lines = accounts.table().splitlines()
    assert len(lines) == len(ACCOUNTS) + 1
    assert all(account.email in line for account, line in zip(ACCOUNTS, lines, strict=False))
    assert DEMO_PASSWORD in lines[-1]


@pytest.fixture
def served(application: Flask, with_settings: Callable[..., Any]) -> Iterator[None]:
    """The application over real HTTP, where PUBLIC_API_URL says."""
    server = make_server("127.0.0.1", 0, application, threaded=True)
    with_settings(public_api_url=f"http://127.0.0.1:{server.port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield
    server.shutdown()


def test_a_token_is_got_by_logging_in_over_http(served: None, application: Flask) -> None:
    load(3)
    people = {
        who: Api(application, accounts.token(who)).get("/users/me")
        for who in ("platform_admin", "bisi.adeleke@example.com")
    }
    assert [(who, answer.status_code) for who, answer in people.items()] == [
        ("platform_admin", 200),
        ("bisi.adeleke@example.com", 200),
    ]
    seen: list[Any] = [answer.json for answer in people.values()]
    assert [(each["email"], each["role"]) for each in seen] == [
        ("platform@smartstay.example", "platform_admin"),
        ("bisi.adeleke@example.com", "guest"),
    ]


def test_a_world_without_hotels_is_refused() -> None:
    with pytest.raises(ValueError, match="at least"):
        load(0)
    assert count(User) == 0


def test_nobody_gets_a_token_for_an_unknown_role() -> None:
    with pytest.raises(accounts.TokenError, match="no demo account is called janitor"):
        accounts.token("janitor")
