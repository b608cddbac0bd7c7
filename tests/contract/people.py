"""Everybody who may ask, in a world where they have something to ask about."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask

from app.auth.models import Role
from tests import factories
from tests.api import Api
from tests.surface import World, document, world

ANONYMOUS = "anonymous"


@dataclass(frozen=True)
class Cast:
    """`tokens`: role → access token, None for nobody's; `known`: values by the names under which requests send them."""

    world: World
    tokens: Mapping[str, str | None]
    known: Mapping[str, Any]
    document: Mapping[str, Any]

    def each(self) -> Iterator[tuple[str, dict[str, str]]]:
        """Every role, and the headers by which it is known."""
        for role, token in self.tokens.items():
            yield role, {"Authorization": f"Bearer {token}"} if token else {}


def cast(app: Flask) -> Cast:
    """Nobody, the guest of the world's booking, people of its hotel, and somebody of the platform."""
    here = world(app)
    api, hotel_id = Api(app), here.ids["hotel_id"]
    tokens = {ANONYMOUS: None, Role.GUEST.value: here.guest.token}
    for role in (Role.HOTEL_STAFF, Role.HOTEL_ADMIN):
        tokens[role.value] = api.as_(factories.member(hotel_id, role.value)).token
    tokens[Role.PLATFORM_ADMIN.value] = api.as_(factories.person(role=Role.PLATFORM_ADMIN.value)).token
    assert set(tokens) == {ANONYMOUS, *Role}
    return Cast(here, tokens, {**here.ids, **_stay(here)}, document(app))


def _stay(here: World) -> dict[str, Any]:
    """A stay that can be had at the hotel, and how the guest logs in."""
    room = here.guest.get(f"/bookings/{here.ids['booking_id']}").json["rooms"][0]
    email = here.guest.get("/users/me").json["email"]
    return {
        "email": email,
        "username": email,
        "password": factories.PASSWORD,
        "room_type_id": room["room_type_id"],
        "rate_plan_id": room["rate_plan_id"],
        "check_in": str(factories.in_days(30)),
        "check_out": str(factories.in_days(32)),
        "lat": factories.VICTORIA_ISLAND[0],
        "lon": factories.VICTORIA_ISLAND[1],
    }
