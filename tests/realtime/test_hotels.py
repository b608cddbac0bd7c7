"""Watching a hotel: who may, what is replayed, and that nothing is lost or told twice while events are being committed."""

import threading
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.core.announce import HotelEvent, announce
from app.core.columns import new_id
from app.core.db import transaction
from app.realtime.emitter import Emitter
from app.realtime.queries import MOST_EVENTS
from app.realtime.rooms import hotel_room, user_room
from tests.factories import hotel, member, person
from tests.realtime.clients import TRANSPORTS, Follower, dashboard, log_in
from tests.realtime.conftest import Staffed
from tests.realtime.processes import Realtime, relay, wait_until


def happen(hotel_id: UUID, count: int = 1) -> None:
    """So many bookings of the hotel, in one transaction."""
    with transaction() as session:
        announce(session, *(HotelEvent(hotel_id, "new_booking", {"reference": f"R{n}"}) for n in range(count)))


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_members_hear_their_hotel(realtime: Realtime, emitter: Emitter, staffed: Staffed, transport: str) -> None:
    other = hotel()
    with dashboard(realtime, staffed.token, transport) as screen:
        joined = screen.ask("join_hotel", {"hotel_id": str(staffed.hotel.id)})
        assert joined == {"ok": True, "seq": 0, "events": [], "more": False}
        emitter.tell(hotel_room(other.id), "new_booking", {"seq": 1, "reference": "theirs"})
        emitter.tell(hotel_room(staffed.hotel.id), "new_booking", {"seq": 1, "reference": "ours"})
        assert screen.await_event("new_booking") == [{"seq": 1, "reference": "ours"}]


def test_staff_and_platform_admins_may_watch(realtime: Realtime, staffed: Staffed) -> None:
    for someone in (member(staffed.hotel.id, "hotel_staff"), person(role="platform_admin")):
        with dashboard(realtime, log_in(someone).tokens.access_token) as screen:
            assert screen.ask("join_hotel", {"hotel_id": str(staffed.hotel.id)})["ok"] is True


def test_case_50_strangers_are_refused_and_hear_nothing(realtime: Realtime, emitter: Emitter, staffed: Staffed) -> None:
    happen(staffed.hotel.id)
    guest, colleague = person(), member(hotel().id)
    for someone in (guest, colleague):
        with dashboard(realtime, log_in(someone).tokens.access_token) as screen:
            for wish in ({"hotel_id": str(staffed.hotel.id)}, {"hotel_id": str(staffed.hotel.id), "after": 0}):
                assert screen.ask("join_hotel", wish) == {"ok": False, "code": "forbidden"}
            assert screen.ask("join_hotel", {"hotel_id": str(new_id())}) == {"ok": False, "code": "forbidden"}
            emitter.tell(hotel_room(staffed.hotel.id), "new_booking", {"seq": 2})
            emitter.tell(user_room(someone.id), "lock_expired", {"booking_id": "mine"})
            screen.await_event("lock_expired")
            assert screen.heard == [("lock_expired", {"booking_id": "mine"})]


def test_a_hotel_that_does_not_exist_is_not_found_by_admins(realtime: Realtime) -> None:
    admin = person(role="platform_admin")
    with dashboard(realtime, log_in(admin).tokens.access_token) as screen:
        for wish in ({"hotel_id": str(new_id())}, {"hotel_id": str(new_id()), "after": 0}):
            assert screen.ask("join_hotel", wish) == {"ok": False, "code": "not_found"}


def test_who_left_hears_no_more(realtime: Realtime, emitter: Emitter, staffed: Staffed) -> None:
    where = {"hotel_id": str(staffed.hotel.id)}
    with dashboard(realtime, staffed.token) as screen:
        assert screen.ask("join_hotel", where)["ok"] is True
        assert screen.ask("leave_hotel", where) == {"ok": True}
        assert screen.ask("leave_hotel", where) == {"ok": True}
        emitter.tell(hotel_room(staffed.hotel.id), "new_booking", {"seq": 1})
        emitter.tell(user_room(staffed.person.id), "lock_expired", {"booking_id": "mine"})
        screen.await_event("lock_expired")
        assert screen.named("new_booking") == []


BAD: list[tuple[Any, ...]] = [
    (),
    (None,),
    ("x",),
    (7,),
    (True,),
    ([],),
    ({},),
    ({"hotel_id": None},),
    ({"hotel_id": 7},),
    ({"hotel_id": "x"},),
    ({"hotel_id": ["x"]},),
    ({"hotel_id": {"$ne": 1}},),
    ({"hotel_id": "'; DROP TABLE users --"},),
]
BAD_AFTER: list[Any] = [-1, "1", 1.5, True, [], {}, 2**53, 10**30]


def test_binary_events_are_not_gathered(realtime: Realtime, staffed: Staffed) -> None:
    with dashboard(realtime, staffed.token) as screen:
        screen.client.emit("join_hotel", {"hotel_id": b"0123456789abcdef"})
        screen.client.emit("join_hotel", b"\x00\xff")
        assert screen.ask("leave_hotel", {"hotel_id": str(staffed.hotel.id)}) == {"ok": True}


@pytest.mark.parametrize("command", ["join_hotel", "leave_hotel"])
def test_whatever_is_sent_is_answered(realtime: Realtime, staffed: Staffed, command: str) -> None:
    good = {"hotel_id": str(staffed.hotel.id)}
    with dashboard(realtime, staffed.token) as screen:
        for payload in [*BAD, (good | {"room": "user:x"},), (good, good)]:
            assert screen.ask(command, *payload) == {"ok": False, "code": "invalid"}, payload
        assert screen.ask(command, good)["ok"] is True
    assert realtime.lines("command_failed") == []


def test_a_number_to_go_on_after_is_a_number(realtime: Realtime, staffed: Staffed) -> None:
    with dashboard(realtime, staffed.token) as screen:
        for after in BAD_AFTER:
            wish = {"hotel_id": str(staffed.hotel.id), "after": after}
            assert screen.ask("join_hotel", wish) == {"ok": False, "code": "invalid"}, after


def test_unknown_events_are_ignored(realtime: Realtime, staffed: Staffed) -> None:
    with dashboard(realtime, staffed.token) as screen:
        for name in ("new_booking", "join_room", "*", "message", "hotel_seq"):
            screen.client.emit(name, {"hotel_id": str(staffed.hotel.id)})
        assert screen.ask("leave_hotel", {"hotel_id": str(staffed.hotel.id)}) == {"ok": True}
        assert screen.heard == []


def test_the_replay_begins_after_the_number_and_says_where_to_go_on(realtime: Realtime, staffed: Staffed) -> None:
    happen(staffed.hotel.id, 3)
    with dashboard(realtime, staffed.token) as screen:
        answer = screen.ask("join_hotel", {"hotel_id": str(staffed.hotel.id), "after": 1})
        assert [event["seq"] for event in answer["events"]] == [2, 3]
        assert answer["events"][0]["event"] == "new_booking"
        assert answer["events"][0]["data"]["reference"] == "R1"
        assert (answer["seq"], answer["more"]) == (3, False)
        without = screen.ask("join_hotel", {"hotel_id": str(staffed.hotel.id)})
        assert without == {"ok": True, "seq": 3, "events": [], "more": False}
        beyond = screen.ask("join_hotel", {"hotel_id": str(staffed.hotel.id), "after": 99})
        assert (beyond["seq"], beyond["events"]) == (3, [])


def test_a_long_absence_is_replayed_in_pages(realtime: Realtime, staffed: Staffed) -> None:
    happen(staffed.hotel.id, MOST_EVENTS + 1)
    with dashboard(realtime, staffed.token) as screen:
        first = screen.ask("join_hotel", {"hotel_id": str(staffed.hotel.id), "after": 0})
        assert (len(first["events"]), first["seq"], first["more"]) == (MOST_EVENTS, MOST_EVENTS, True)
        second = screen.ask("join_hotel", {"hotel_id": str(staffed.hotel.id), "after": first["seq"]})
        assert ([event["seq"] for event in second["events"]], second["more"]) == ([MOST_EVENTS + 1], False)


def test_joins_while_events_are_committed_neither_lose_nor_repeat(
    realtime: Realtime, staffed: Staffed, tmp_path: Path
) -> None:
    """Twelve dashboards join one after the other while a writer commits and the real relay emits."""
    count, followers = 300, [Follower() for _ in range(12)]
    writer = threading.Thread(target=_write_steadily, args=(staffed.hotel.id, count))
    with relay(tmp_path / "relay.log", realtime.prefix):
        writer.start()
        for follower in followers:
            follower.open(realtime, {"token": staffed.token})
            assert follower.follow(staffed.hotel.id, after=0)["more"] is False
        joined_late = [follower.followed[-1] if follower.followed else 0 for follower in followers]
        writer.join()
        wait_until(lambda: all(follower.last == count for follower in followers))
    for follower in followers:
        assert follower.followed == list(range(1, count + 1))
        follower.client.disconnect()
    assert joined_late[0] < joined_late[-1] < count, "the joins did not happen among the commits"


def _write_steadily(hotel_id: UUID, count: int) -> None:
    for _ in range(count):
        happen(hotel_id)
        time.sleep(0.005)
