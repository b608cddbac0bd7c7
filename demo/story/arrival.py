"""First act: a dashboard listens, a guest searches and books, and nobody gets what another has."""

import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests
import socketio

from demo.story.cast import Cast
from demo.story.people import Person
from demo.story.stage import expect, expect_status
from demo.story.world import Hotel, is_story_hotel, search
from demo.world.accounts import DEMO_PASSWORD, HOTEL_ADMIN, STRANGER_ADMIN

CROWD = 50
ROOMS_OF_TYPE = 10
MONTHS = 12


def admin_logs_in(cast: Cast) -> str:
    """a hotel admin logs in"""
    cast.admin = Person(cast.stage, HOTEL_ADMIN.email, DEMO_PASSWORD)
    me = expect_status(cast.admin.get("/users/me"), 200)
    return f"{me['full_name']}, {me['role']}"


def dashboard_joins(cast: Cast) -> str:
    """her dashboard joins her hotel"""
    found = next(item for item in search(cast.stage)["items"] if is_story_hotel(item))
    cast.hotel = Hotel(cast.stage, found["hotel"]["id"])
    cast.dashboard = cast.listen(cast.admin)
    answer = cast.dashboard.join(cast.hotel.id)
    expect(answer["ok"], f"the join was refused: {answer}")
    return f"{found['hotel']['name']}, at event {answer['seq']}"


def strangers_are_refused(cast: Cast) -> str:
    """a stranger's join is refused, and no token means no connection"""
    answer = cast.listen(Person(cast.stage, STRANGER_ADMIN.email, DEMO_PASSWORD)).join(cast.hotel.id)
    expect(answer["ok"] is False, f"a stranger joined: {answer}")
    client = socketio.Client(reconnection=False)
    try:
        client.connect(cast.stage.realtime, auth={}, wait_timeout=5)
    except socketio.exceptions.ConnectionError:
        return f"code {answer['code']}"
    client.disconnect()
    expect(False, "a socket without a token was let in")
    return ""


def guest_registers(cast: Cast) -> str:
    """a guest registers and logs in"""
    cast.guest = Person.registered(cast.stage, "Ngozi")
    cast.phone = cast.listen(cast.guest)
    return cast.guest.email


def guest_searches(cast: Cast) -> str:
    """she searches near Victoria Island for two nights and two adults"""
    found = search(cast.stage)
    cast.search_id = found["search_id"]
    distances = [item["distance_m"] for item in found["items"]]
    expect(len(distances) >= 3 and distances == sorted(distances), f"not nearest first: {distances}")
    expect(all(item["cheapest"]["total_amount"] > 0 for item in found["items"]), "a hotel without a price")
    nearest = found["items"][0]
    return f"{len(distances)} hotels, nearest {nearest['distance_m']} m, from ₦{nearest['cheapest']['total_amount'] / 100:,.0f}"


def guest_sees_offers(cast: Cast) -> str:
    """she looks at the hotel's offers"""
    stay = {
        name: cast.hotel.request(cast.hotel.pay_now["Deluxe"], start=30)[name] for name in ("check_in", "check_out")
    }
    path = f"{cast.stage.api}/hotels/{cast.hotel.id}/offers"
    offers = expect_status(requests.get(path, stay | {"adults": 2, "search_id": cast.search_id}, timeout=30), 200)
    left = {item["room_type"]["name"]: item["rooms_left"] for item in offers["items"]}
    expect(left == {"Deluxe": 10, "Executive": 3, "Suite": 1}, f"rooms left: {left}")
    return ", ".join(f"{name}: {count} left" for name, count in left.items())


def guest_books(cast: Cast) -> str:
    """she books with an Idempotency-Key, and the dashboard sees the room locked"""
    cast.request = cast.hotel.request(cast.hotel.pay_now["Deluxe"], start=30) | {"search_id": cast.search_id}
    cast.key = uuid.uuid4().hex
    cast.booking = expect_status(cast.guest.post("/bookings", cast.request, key=cast.key), 201)
    room = cast.booking["rooms"][0]["room_id"]
    seen = cast.dashboard.wait("room_status_changed", room_id=room, status="locked")
    return f"{cast.booking['reference']}, event {seen['seq']}"


def same_request_again(cast: Cast) -> str:
    """the same request again gives the same booking"""
    again = cast.guest.post("/bookings", cast.request, key=cast.key)
    booking = expect_status(again, 201)
    expect(booking["id"] == cast.booking["id"], "a second booking was made")
    expect(again.headers.get("Idempotent-Replayed") == "true", "the replay does not say so")
    return str(booking["reference"])


def second_guest_is_refused(cast: Cast) -> str:
    """a second guest who wants that very room gets 409 room_taken"""
    plan = cast.hotel.pay_now["Deluxe"]
    wanted = cast.hotel.request(plan, start=30, room_id=cast.booking["rooms"][0]["room_id"])
    problem = expect_status(Person.registered(cast.stage, "Musa").post("/bookings", wanted), 409)
    expect(problem["code"] == "room_taken", f"code {problem['code']}")
    return f"{len(problem['offers'])} other offers"


def fifty_for_ten(cast: Cast) -> str:
    """fifty guests for the ten rooms of one type get ten bookings"""
    wanted = cast.hotel.request(cast.hotel.pay_now["Deluxe"], start=50)
    got = _at_once(cast, [wanted] * CROWD)
    expect(got == {201: ROOMS_OF_TYPE, 409: CROWD - ROOMS_OF_TYPE}, f"answers: {got}")
    return f"{got[201]} bookings, {got[409]} refusals"


def twelve_for_twelve(cast: Cast) -> str:
    """twelve guests for twelve months of one room get twelve"""
    suite = cast.hotel.pay_now["Suite"]
    got = _at_once(cast, [cast.hotel.request(suite, start=60 + 25 * month, nights=25) for month in range(MONTHS)])
    expect(got == {201: MONTHS}, f"answers: {got}")
    return f"{got[201]} bookings"


def _at_once(cast: Cast, wanted: list[dict[str, Any]]) -> Counter[int]:
    with ThreadPoolExecutor(len(wanted)) as pool:
        guests = list(pool.map(lambda _: Person.registered(cast.stage, "Crowd"), wanted))
        own = [
            body | {"guest": body["guest"] | {"email": guest.email}} for body, guest in zip(wanted, guests, strict=True)
        ]
        answers = pool.map(lambda guest, body: guest.post("/bookings", body), guests, own)
        return Counter(answer.status_code for answer in answers)
