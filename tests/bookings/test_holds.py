"""The life of a hold: warned of once, extended once, ended once, whoever dies or dawdles."""

from collections.abc import Callable
from typing import Any

import pytest

from app.bookings import queries
from app.bookings.errors import AlreadyPaid, HoldExpired
from app.bookings.service import expire, hold
from app.core.db import transaction
from app.core.errors import IllegalTransition
from tests import factories
from tests.api import Api, new_key
from tests.bookings.ledger_of import lapse, one, run, sent, status, told
from tests.races.crowd import at_once

pytestmark = pytest.mark.usefixtures("application")


@pytest.fixture
def held(api: Api) -> dict[str, Any]:
    answer = api.as_(factories.person()).post("/bookings", factories.booking_request(factories.hotel()), key=new_key())
    assert answer.status_code == 201
    booking: dict[str, Any] = answer.json
    return booking


def extend(booking_id: Any) -> None:
    with transaction() as session:
        hold.extend_for_payment(session, queries.lock_booking(session, booking_id))


def left(column: str) -> float:
    return float(one(f"SELECT extract(epoch FROM {column} - clock_timestamp()) FROM bookings"))


class TestExpiry:
    def test_a_lapsed_hold_is_ended_and_its_rooms_are_told_free(self, held: dict[str, Any]) -> None:
        lapse(held["id"])
        assert expire.sweep() == 1
        assert status(held["id"]) == "expired"
        assert one("SELECT count(*) FROM allocations") == 0
        assert [event["status"] for event in told("room_status_changed")] == ["locked", "available"]
        assert sent("lock_expired") == [{"booking_id": held["id"]}]
        assert one("SELECT count(*) FROM booking_history WHERE to_status = 'expired' AND actor = 'system'") == 1
        assert expire.sweep() == 0

    def test_a_living_hold_is_left_alone(self, held: dict[str, Any]) -> None:
        assert expire.sweep() == 0
        assert status(held["id"]) == "pending_payment"

    def test_four_sweeps_at_once_end_each_hold_once(self, api: Api) -> None:
        hotel = factories.hotel({"Deluxe": 20})
        for _ in range(20):
            made = api.as_(factories.person()).post("/bookings", factories.booking_request(hotel), key=new_key())
            lapse(made.json["id"])
        assert sum(at_once([expire.sweep] * 4)) == 20
        assert one("SELECT count(*) FROM booking_history WHERE to_status = 'expired'") == 20
        assert len(sent("lock_expired")) == 20

    def test_the_sweep_announces_only_what_it_freed_itself(self, api: Api, held: dict[str, Any]) -> None:
        """The next guest took the lapsed room and told so; the sweep that comes later must not free it again."""
        lapse(held["id"])
        room = held["rooms"][0]
        body = factories.booking_request_of(held)
        assert api.as_(factories.person()).post("/bookings", body, key=new_key()).status_code == 201
        assert expire.sweep() == 1
        assert [event["status"] for event in told("room_status_changed")] == ["locked", "available", "locked"]
        assert one("SELECT count(*) FROM allocations WHERE room_id = :id", id=room["room_id"]) == 1

    def test_a_started_payment_is_asked_about_once_and_has_its_grace(self, held: dict[str, Any]) -> None:
        extend(held["id"])
        run("UPDATE bookings SET hold_expires_at = clock_timestamp() - interval '1 s'")
        assert (expire.sweep(), expire.sweep()) == (0, 0)
        assert one("SELECT count(*) FROM outbox WHERE name = 'bookings.hold_lapsed'") == 1
        assert status(held["id"]) == "pending_payment"
        lapse(held["id"])
        assert expire.sweep() == 1


class TestWarning:
    def test_case_45_four_sweeps_at_once_warn_once(self, held: dict[str, Any]) -> None:
        run("UPDATE bookings SET hold_expires_at = clock_timestamp() + interval '40 s'")
        assert sum(at_once([hold.warn] * 4)) == 1
        (event,) = sent("lock_expiring")
        assert event["booking_id"] == held["id"]
        assert 38 <= event["seconds"] <= 40
        assert event["hold_expires_at"] > event["server_now"]

    @pytest.mark.parametrize("seconds", [-1, 70])
    def test_nobody_is_warned_too_early_or_too_late(self, held: dict[str, Any], seconds: int) -> None:
        run("UPDATE bookings SET hold_expires_at = clock_timestamp() + make_interval(secs => :s)", s=seconds)
        assert hold.warn() == 0
        assert sent("lock_expiring") == []

    def test_case_45_an_extended_hold_is_warned_of_again(self, held: dict[str, Any]) -> None:
        run("UPDATE bookings SET hold_expires_at = clock_timestamp() + interval '40 s'")
        assert hold.warn() == 1
        extend(held["id"])
        assert hold.warn() == 0
        run("UPDATE bookings SET hold_expires_at = clock_timestamp() + interval '30 s'")
        assert hold.warn() == 1
        assert len(sent("lock_expiring")) == 2


class TestExtension:
    def test_a_first_payment_leaves_ten_minutes_and_a_grace(self, held: dict[str, Any]) -> None:
        run("UPDATE bookings SET hold_expires_at = clock_timestamp() + interval '60 s'")
        extend(held["id"])
        assert 595 < left("hold_expires_at") <= 600
        assert 715 < left("release_at") <= 720
        assert one("SELECT count(*) FROM allocations a JOIN bookings b ON a.hold_expires_at = b.release_at") == 1

    def test_a_long_hold_is_not_shortened_and_nothing_is_extended_twice(self, held: dict[str, Any]) -> None:
        extend(held["id"])
        assert 890 < left("hold_expires_at") <= 900
        run("UPDATE bookings SET hold_expires_at = clock_timestamp() + interval '60 s'")
        extend(held["id"])
        assert left("hold_expires_at") <= 60

    def test_it_is_too_late_when_the_hold_has_ended_or_a_room_is_gone(self, held: dict[str, Any]) -> None:
        run("UPDATE allocations SET hold_expires_at = clock_timestamp()")
        with pytest.raises(HoldExpired):
            extend(held["id"])
        lapse(held["id"])
        with pytest.raises(HoldExpired):
            extend(held["id"])
        assert one("SELECT payment_started_at FROM bookings") is None

    @pytest.mark.parametrize(
        ("state", "error"), [("confirmed", AlreadyPaid), ("expired", HoldExpired), ("cancelled", IllegalTransition)]
    )
    def test_only_a_waiting_booking_is_extended(self, held: dict[str, Any], state: str, error: type[Exception]) -> None:
        run("UPDATE bookings SET status = :state", state=state)
        with pytest.raises(error):
            extend(held["id"])


class TestCancelling:
    def test_a_held_booking_gives_its_rooms_back(self, api: Api) -> None:
        guest = api.as_(factories.person())
        made = guest.post("/bookings", factories.booking_request(factories.hotel()), key=new_key()).json
        key = new_key()
        first, again = (guest.post(f"/bookings/{made['id']}/cancel", {"reason": "ill"}, key=key) for _ in range(2))
        assert (first.status_code, first.json["status"], first.json["actions"]) == (200, "cancelled", [])
        assert (again.status_code, again.headers["Idempotent-Replayed"]) == (200, "true")
        assert one("SELECT count(*) FROM allocations") == 0
        assert [event["status"] for event in told("room_status_changed")] == ["locked", "available"]
        assert one("SELECT reason FROM booking_history WHERE to_status = 'cancelled'") == "ill"

    def test_nothing_is_cancelled_twice(self, api: Api) -> None:
        guest = api.as_(factories.person())
        made = guest.post("/bookings", factories.booking_request(factories.hotel()), key=new_key()).json
        assert guest.post(f"/bookings/{made['id']}/cancel", {}, key=new_key()).status_code == 200
        answer = guest.post(f"/bookings/{made['id']}/cancel", {}, key=new_key())
        assert (answer.status_code, answer.json["code"], answer.json["allowed"]) == (409, "illegal_transition", [])

    def test_a_key_is_required(self, api: Api) -> None:
        guest = api.as_(factories.person())
        made = guest.post("/bookings", factories.booking_request(factories.hotel()), key=new_key()).json
        assert guest.post(f"/bookings/{made['id']}/cancel", {}).status_code == 400
        assert status(made["id"]) == "pending_payment"


def test_room_locks_come_with_the_hold_and_go_with_it(api: Api, redis_keys: Callable[..., dict[str, int]]) -> None:
    hotel = factories.hotel()
    guest = api.as_(factories.person())
    made = guest.post("/bookings", factories.booking_request(hotel, nights=3), key=new_key()).json
    locks = redis_keys("room_lock:*")
    assert len(locks) == 3
    assert all(key.split(":")[2:4] == ["room_lock", made["rooms"][0]["room_id"]] for key in locks)
    assert all(890_000 < life <= 900_000 for life in locks.values())
    guest.post(f"/bookings/{made['id']}/cancel", {}, key=new_key())
    assert redis_keys("room_lock:*") == {}
