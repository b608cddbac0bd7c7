"""The ids of connections begin with the key that a proxy sent, and with no other word of a client's."""

import json

import engineio
import pytest
from werkzeug.test import Client

from app.realtime.sticky import HEADER, name_after_proxy

KEY = "0123456789abcdef" * 2
HANDSHAKE = "/socket.io/?EIO=4&transport=polling"


@pytest.fixture
def client() -> Client:
    engine = engineio.Server(async_mode="threading")
    name_after_proxy(engine)
    return Client(engineio.WSGIApp(engine, engineio_path="socket.io"))


def shake_hands(client: Client, **headers: str) -> str:
    answer = client.get(HANDSHAKE, headers=headers)
    assert answer.status_code == 200
    sid: str = json.loads(answer.text[1:])["sid"]
    return sid


def test_an_id_begins_with_the_key(client: Client) -> None:
    first, second = (shake_hands(client, **{HEADER: KEY}) for _ in range(2))
    assert first[:33] == second[:33] == f"{KEY}-"
    assert len(first) == len(second) == 53
    assert first != second


@pytest.mark.parametrize("sent", [{}, {HEADER: ""}, {HEADER: KEY.upper()}, {HEADER: KEY + "0"}, {HEADER: KEY + '-"'}])
def test_without_one_it_is_as_it_always_was(client: Client, sent: dict[str, str]) -> None:
    shake_hands(client, **{HEADER: KEY})
    assert len(shake_hands(client, **sent)) == 20


def test_the_connection_is_found_by_its_id(client: Client) -> None:
    sid = shake_hands(client, **{HEADER: KEY})
    known = client.post(f"{HANDSHAKE}&sid={sid}", data="3")
    assert (known.status_code, known.text) == (200, "OK")
    assert client.post(f"{HANDSHAKE}&sid={sid}x", data="3").status_code == 400
