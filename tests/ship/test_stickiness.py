"""Sockets behind nginx: polling stays on one process though no client keeps a cookie, and survives the death of its process."""

from collections import defaultdict

import pytest
import socketio

from tests.ship.faults import killed
from tests.ship.front import front
from tests.ship.listeners import all_hear, listening
from tests.ship.shipped import Replica, Shipped
from tests.workers.processes import eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

SOCKETS = "/socket.io/"
HANDSHAKE = SOCKETS + "?EIO=4&transport=polling"


def addresses(replicas: list[Replica]) -> set[str]:
    return {replica.address for replica in replicas}


def key_of(client: socketio.Client) -> str:
    """What nginx knows the connection by."""
    return str(client.eio.sid[:32])


def test_twenty_polling_clients_each_stay_on_one_process(shipped: Shipped) -> None:
    with listening(shipped.admin, shipped.hotel.id, ["polling"] * 20) as listeners:
        all_hear(listeners, shipped.book())
        lines = shipped.front.lines(path=SOCKETS)
        assert [listener.joins for listener in listeners] == [1] * 20
        keys = {key_of(listener.client) for listener in listeners}
    of_connection = defaultdict(set)
    for line in lines:
        if line["sticky"] in keys:
            assert (line["status"], line["upstream_status"]) == (200, "200")
            of_connection[line["sticky"]].add(line["upstream"])
    assert len(of_connection) == 20
    assert {len(served) for served in of_connection.values()} == {1}
    assert set.union(*of_connection.values()) == addresses(shipped.realtime)


def test_control_without_the_key_polling_does_not_work(shipped: Shipped) -> None:
    wish = {"auth": {"token": shipped.admin.token}, "transports": ["polling"], "wait_timeout": 5}
    client = socketio.Client(reconnection=False)
    with front(*shipped.behind, without_key) as careless, pytest.raises(socketio.exceptions.ConnectionError):
        client.connect(careless.url, **wish)


def without_key(text: str) -> str:
    """The processes in turn."""
    return text.replace("hash $sticky_key consistent;", "")


def test_one_that_upgrades_stays_too(shipped: Shipped) -> None:
    """As browsers begin: polling first, then a WebSocket with the same id."""
    client = socketio.Client(reconnection=False)
    client.connect(shipped.front.url, auth={"token": shipped.admin.token}, wait_timeout=15)
    assert client.transport() == "websocket"
    key = key_of(client)
    client.disconnect()
    eventually(lambda: 101 in {line["status"] for line in shipped.front.lines(sticky=key)})
    assert len({line["upstream"] for line in shipped.front.lines(sticky=key)}) == 1


def test_websockets_on_both_processes_hear_what_a_third_did(shipped: Shipped) -> None:
    with listening(shipped.admin, shipped.hotel.id, ["websocket"] * 16) as listeners:
        all_hear(listeners, shipped.book())
        began = len(shipped.front.lines(path=SOCKETS, status=101))
    lines = eventually_closed(shipped, began, 16)
    assert {line["upstream"] for line in lines} == addresses(shipped.realtime)


def eventually_closed(shipped: Shipped, before: int, count: int) -> list[dict[str, object]]:
    """A WebSocket is in the log when it has ended."""
    eventually(lambda: len(shipped.front.lines(path=SOCKETS, status=101)) >= before + count)
    return shipped.front.lines(path=SOCKETS, status=101)[before:]


def test_clients_of_a_killed_process_move_and_come_back_to_it(shipped: Shipped) -> None:
    victim = shipped.realtime[0]
    transports = ["websocket"] * 8 + ["polling"] * 8
    with listening(shipped.admin, shipped.hotel.id, transports) as listeners:
        with killed(victim):
            all_hear(listeners, shipped.book())
            moved = [listener.joins > 1 for listener in listeners]
            assert sum(moved[:8]) >= 1
            assert sum(moved[8:]) >= 1
            assert not all(moved)
        eventually(lambda: shipped.who_answers(HANDSHAKE) == victim.address, within=60)
        all_hear(listeners, shipped.book())
