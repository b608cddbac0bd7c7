"""The one table of roles and verbs: all of it, cell by cell, and the page that shows it."""

from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask

from app.auth import permissions_page
from app.auth.models import Role
from app.auth.permissions import ALLOWED, AT_HOTEL, MEANING, ON_PLATFORM, Verb, actor, may, require
from app.auth.principal import Principal, strongest
from app.core.columns import new_id
from app.core.errors import Forbidden, NotFound

HERE, ELSEWHERE = new_id(), new_id()
PAGE = Path(__file__).resolve().parents[2] / "docs/permissions.md"
PLACES = (Role.HOTEL_STAFF, Role.HOTEL_ADMIN)


def someone(platform_role: str = "guest", **places: str) -> Principal:
    """`here`, `elsewhere`: his roles there."""
    memberships: dict[UUID, str] = {{"here": HERE, "elsewhere": ELSEWHERE}[name]: role for name, role in places.items()}
    return Principal(
        user_id=new_id(),
        session_id=new_id(),
        email="someone@example.com",
        full_name="Some One",
        phone=None,
        role=strongest(platform_role, memberships),
        memberships=memberships,
    )


def test_every_verb_stands_in_the_table_and_has_a_meaning() -> None:
    assert set(ALLOWED) == set(MEANING) == set(Verb)
    assert set(AT_HOTEL) | set(ON_PLATFORM) == set(Verb)
    assert set(AT_HOTEL) & set(ON_PLATFORM) == set()
    assert all(Role.GUEST not in roles for roles in AT_HOTEL.values())


@pytest.mark.parametrize("verb", AT_HOTEL)
@pytest.mark.parametrize("role", PLACES)
def test_a_place_in_the_hotel_allows_what_the_table_says(verb: Verb, role: Role) -> None:
    person = someone(here=role)
    assert may(person, verb, HERE) is (role in ALLOWED[verb])
    if role in ALLOWED[verb]:
        assert require(person, verb, HERE) is role
    else:
        with pytest.raises(Forbidden):
            require(person, verb, HERE)


@pytest.mark.parametrize("verb", AT_HOTEL)
@pytest.mark.parametrize("role", PLACES)
def test_a_place_elsewhere_allows_nothing_here(verb: Verb, role: Role) -> None:
    person = someone(elsewhere=role)
    assert not may(person, verb, HERE)
    assert not may(person, verb)
    with pytest.raises(NotFound):
        require(person, verb, HERE)


@pytest.mark.parametrize("verb", [verb for verb, roles in AT_HOTEL.items() if Role.HOTEL_STAFF not in roles])
def test_an_admin_elsewhere_who_is_staff_here_is_staff_here(verb: Verb) -> None:
    person = someone(here="hotel_staff", elsewhere="hotel_admin")
    assert not may(person, verb, HERE)
    with pytest.raises(Forbidden):
        require(person, verb, HERE)


@pytest.mark.parametrize("verb", AT_HOTEL)
def test_the_platforms_people_are_known_everywhere_and_may_what_the_table_says(verb: Verb) -> None:
    person = someone("platform_admin")
    allowed = Role.PLATFORM_ADMIN in ALLOWED[verb]
    assert may(person, verb, HERE) is allowed
    if not allowed:
        with pytest.raises(Forbidden):
            require(person, verb, HERE)


@pytest.mark.parametrize("verb", AT_HOTEL)
def test_guests_are_strangers_to_every_hotel(verb: Verb) -> None:
    assert not may(someone(), verb, HERE)
    with pytest.raises(NotFound):
        require(someone(), verb, HERE)


@pytest.mark.parametrize("verb", ON_PLATFORM)
def test_on_the_platform_a_place_in_a_hotel_counts_for_nothing(verb: Verb) -> None:
    for person in (someone(), someone(here="hotel_admin")):
        assert may(person, verb) is may(person, verb, HERE) is (Role.GUEST in ALLOWED[verb])
        if Role.GUEST not in ALLOWED[verb]:
            with pytest.raises(Forbidden):
                require(person, verb, HERE)
    assert may(someone("platform_admin"), verb)


def test_who_is_both_acts_by_his_place_where_it_suffices() -> None:
    both = someone("platform_admin", here="hotel_admin")
    assert actor(both, Verb.SUBMIT_HOTEL, HERE).role == Role.HOTEL_ADMIN
    assert actor(both, Verb.EDIT_HOTEL, HERE).role == Role.HOTEL_ADMIN
    assert actor(both, Verb.EDIT_HOTEL, ELSEWHERE).role == Role.PLATFORM_ADMIN
    staff = someone("platform_admin", here="hotel_staff")
    assert actor(staff, Verb.EDIT_HOTEL, HERE).role == Role.PLATFORM_ADMIN


def test_the_page_is_the_table(application: Flask) -> None:
    """Write it anew by `./dev flask permissions > docs/permissions.md`."""
    assert PAGE.read_text() == permissions_page.render()
    assert application.test_cli_runner().invoke(args=["permissions"]).output == PAGE.read_text()
    for verb, roles in AT_HOTEL.items():
        (line,) = [line for line in PAGE.read_text().splitlines() if line.startswith(f"| `{verb}` |")]
        cells = [cell.strip() for cell in line.strip("|").split("|")][2:]
        assert cells == ["yes" if role in roles else "no" for role in (*PLACES, Role.PLATFORM_ADMIN)]
