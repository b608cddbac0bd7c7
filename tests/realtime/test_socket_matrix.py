"""The access matrix of the sockets: every command of a client, and what each kind of person is answered; nothing of it writes anything."""

from collections.abc import Iterator
from typing import Any

import pytest
import socketio
from flask import Flask

from app.realtime import commands
from app.realtime.rooms import hotel_room
from tests.access.cast import ROLES, Cast
from tests.realtime.clients import Dashboard, dashboard
from tests.realtime.processes import Realtime
from tests.surface import content

COMMANDS = ("join_hotel", "leave_hotel", "authenticate")
# `authenticate`: with a newer token of one's own. Who is not let in can ask for nothing.
MATRIX = """
                connect   join_hotel  leave_hotel  authenticate

anonymous       refused   -           -            -
guest           ok        forbidden   ok           ok
other_guest     ok        forbidden   ok           ok
elsewhere       ok        forbidden   ok           ok
staff           ok        ok          ok           ok
hotel_admin     ok        ok          ok           ok
platform_admin  ok        ok          ok           ok
suspended       refused   -           -            -
ended           refused   -           -            -
"""


def lines() -> Iterator[tuple[str, list[str]]]:
    (_connect, *columns), *rows = (line.split() for line in MATRIX.splitlines() if line.strip())
    assert tuple(columns) == COMMANDS
    for role, *words in rows:
        yield role, words


def test_every_kind_of_person_and_every_command_has_its_place() -> None:
    assert [role for role, _ in lines()] == list(ROLES)
    for command in COMMANDS:
        assert callable(getattr(commands, command))


@pytest.mark.parametrize(("role", "words"), list(lines()))
def test_who_may(application: Flask, realtime: Realtime, role: str, words: list[str]) -> None:
    cast = Cast(application)
    token, hotel = ROLES[role](cast), {"hotel_id": str(cast.hotel.id)}
    before = content()
    if words[0] == "refused":
        with pytest.raises(socketio.exceptions.ConnectionError):
            Dashboard().open(realtime, {"token": token} if token else {})
    else:
        assert token is not None
        with dashboard(realtime, token) as screen:
            asked = (hotel, hotel, {"token": token})
            answers = [screen.ask(command, payload) for command, payload in zip(COMMANDS, asked, strict=True)]
        assert ["ok", *map(word, answers)] == words
    assert content() == before


def word(answer: dict[str, Any]) -> str:
    return "ok" if answer["ok"] else str(answer["code"])


@pytest.mark.parametrize("role", ["guest", "staff", "platform_admin"])
def test_nobody_becomes_somebody_else(application: Flask, realtime: Realtime, role: str) -> None:
    cast = Cast(application)
    mine, theirs = ROLES[role](cast), ROLES["hotel_admin"](cast)
    assert mine is not None
    with dashboard(realtime, mine) as screen:
        assert screen.ask("authenticate", {"token": theirs}) == {"ok": False, "code": "forbidden"}


def test_who_was_refused_hears_nothing(application: Flask, realtime: Realtime, emitter: Any) -> None:
    cast = Cast(application)
    guest, staff = ROLES["guest"](cast), ROLES["staff"](cast)
    assert guest is not None
    assert staff is not None
    with dashboard(realtime, guest) as stranger, dashboard(realtime, staff) as member:
        for screen in (stranger, member):
            screen.ask("join_hotel", {"hotel_id": str(cast.hotel.id)})
        emitter.tell(hotel_room(cast.hotel.id), "new_booking", {"seq": 1})
        member.await_event("new_booking")
        assert stranger.heard == []
