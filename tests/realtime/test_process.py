"""The process itself: what it refuses to start with, how it ends, and what strangers cannot do to it."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from contextlib import suppress
from pathlib import Path

import pytest
import requests
import websocket
from flask import Flask

from app.realtime.carrier import LARGEST_MESSAGE, MOST_UNREAD
from app.realtime.rounds import SILENT_AT_MOST
from tests.factories import person
from tests.realtime.clients import TRANSPORTS, Dashboard, dashboard, log_in
from tests.realtime.conftest import Staffed
from tests.realtime.processes import ROOT, Realtime, environment, free_port, gunicorn, running, wait_until


def test_case_53_it_does_not_start_with_gevent_websocket(application: Flask, tmp_path: Path) -> None:
    (tmp_path / "geventwebsocket").mkdir()
    (tmp_path / "geventwebsocket" / "__init__.py").touch()
    path = os.pathsep.join([str(tmp_path), environment()["PYTHONPATH"]])
    log = tmp_path / "realtime.log"
    process = gunicorn(log, REALTIME_PORT=str(free_port()), PYTHONPATH=path)
    assert process.wait(timeout=60) != 0
    assert "realtime does not start: gevent-websocket is installed" in log.read_text()


@pytest.mark.parametrize(
    "first, process, fault",
    [
        ("", "realtime", "realtime does not start: gevent must patch"),
        ("from gevent import monkey; monkey.patch_all()", "web", "web does not start: gevent has patched"),
    ],
)
def test_case_53_it_starts_patched_and_nothing_else_does(
    application: Flask, first: str, process: str, fault: str
) -> None:
    started = subprocess.run(
        [sys.executable, "-c", f"{first}\nimport wsgi"],
        cwd=ROOT,
        env=environment(PROCESS=process),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert started.returncode != 0
    assert fault in started.stderr


def test_sigterm_ends_it_within_eight_seconds_though_sockets_are_open(application: Flask, tmp_path: Path) -> None:
    token = log_in(person(email=f"{uuid.uuid4().hex}@example.com")).tokens.access_token
    screens = [Dashboard() for _ in range(6)]
    with running(tmp_path / "realtime.log", f"test:{uuid.uuid4().hex}:") as realtime:
        for number, screen in enumerate(screens):
            screen.open(realtime, {"token": token}, TRANSPORTS[number % 2])
        assert realtime.open_sockets() == 6
        realtime.process.send_signal(signal.SIGTERM)
        began = time.monotonic()
        assert realtime.process.wait(timeout=8) == 0
        assert time.monotonic() - began < 8
        wait_until(lambda: all(screen.ended.is_set() for screen in screens))


def _stranger(realtime: Realtime) -> websocket.WebSocket:
    """A connection of Engine.IO that has not logged in."""
    address = realtime.url.replace("http", "ws")
    stranger = websocket.create_connection(f"{address}/socket.io/?EIO=4&transport=websocket", timeout=5)
    assert str(stranger.recv()).startswith("0{")
    return stranger


def _ends(stranger: websocket.WebSocket, seconds: float) -> float:
    """Seconds until the server ended the connection; fails when it is still open after `seconds`."""
    began = time.monotonic()
    stranger.settimeout(seconds)
    with suppress(websocket.WebSocketConnectionClosedException, ConnectionResetError, BrokenPipeError):
        while stranger.recv():
            pass
    return time.monotonic() - began


def test_a_connection_that_does_not_log_in_is_ended(realtime: Realtime) -> None:
    assert _ends(_stranger(realtime), SILENT_AT_MOST + 5) > SILENT_AT_MOST - 2


@pytest.mark.parametrize("size", [LARGEST_MESSAGE * 2, LARGEST_MESSAGE * 100])
def test_a_long_message_ends_its_connection(realtime: Realtime, size: int) -> None:
    stranger = _stranger(realtime)
    with suppress(BrokenPipeError, ConnectionResetError):
        stranger.send("4" + "x" * size)
    assert _ends(stranger, 5) < 5


def test_a_long_post_is_refused(realtime: Realtime) -> None:
    address = f"{realtime.url}/socket.io/?EIO=4&transport=polling"
    sid = json.loads(requests.get(address, timeout=5).text[1:])["sid"]
    long = requests.post(f"{address}&sid={sid}", data="4" + "x" * LARGEST_MESSAGE, timeout=5)
    assert long.status_code == 400


def test_who_sends_more_than_is_worked_through_is_ended(realtime: Realtime) -> None:
    stranger = _stranger(realtime)
    frame = websocket.ABNF.create_frame("40{}", websocket.ABNF.OPCODE_TEXT).format()
    assert stranger.sock is not None
    stranger.sock.sendall(frame * MOST_UNREAD * 20)
    assert _ends(stranger, 5) < 5


GARBAGE = [
    "4",
    "42",
    "42{}",
    "42[]",
    "42[null]",
    "42[{}]",
    "4" + "[" * 9000,
    "452-[]",
    "44{}",
    "49",
    "9",
    "",
    "x",
    "42[1e999]",
]


def _logged_in(realtime: Realtime, token: str) -> websocket.WebSocket:
    """The same, logged in by hand."""
    guest = _stranger(realtime)
    guest.send(f'40{{"token":"{token}"}}')
    assert str(guest.recv()).startswith("40{")
    return guest


@pytest.mark.parametrize("garbage", GARBAGE)
def test_garbage_harms_its_sender_at_most(realtime: Realtime, staffed: Staffed, garbage: str) -> None:
    with dashboard(realtime, staffed.token) as screen:
        for sender in (_stranger(realtime), _logged_in(realtime, staffed.token)):
            sender.send(garbage)
            sender.send_binary(b"\xff\x00")
            sender.close()
        wait_until(lambda: realtime.open_sockets() == 1)
        assert screen.ask("leave_hotel", {"hotel_id": str(staffed.hotel.id)}) == {"ok": True}


def test_it_serves_the_api_beside_the_sockets(realtime: Realtime) -> None:
    assert requests.get(f"{realtime.url}/healthz", timeout=5).json() == {"status": "ok"}
    assert requests.get(f"{realtime.url}/readyz", timeout=5).json()["database"] == "up"
