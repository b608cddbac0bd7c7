"""Member by member of POST /bookings, date by date wherever a stay is named: 422 that names the place, and nothing is written."""

import copy
import operator
from datetime import timedelta
from functools import reduce
from typing import Any

import pytest

from tests import factories
from tests.api import Api, new_key
from tests.factories import in_days
from tests.surface import content, what_is_wrong

pytestmark = pytest.mark.usefixtures("application")

KINDS: dict[str, Any] = {
    "text": "nonsense",
    "whole": 7,
    "fraction": 1.5,
    "true": True,
    "null": None,
    "list": [[]],
    "object": {"x": 1},
    "empty": "",
    "control": "a\x07b",
}
# member: the kinds it takes, which are not tried
MEMBERS: dict[tuple[Any, ...], set[str]] = {
    ("hotel_id",): set(),
    ("check_in",): set(),
    ("check_out",): set(),
    ("rooms",): set(),
    ("rooms", 0): set(),
    ("rooms", 0, "room_type_id"): set(),
    ("rooms", 0, "rate_plan_id"): set(),
    ("rooms", 0, "adults"): {"whole"},
    ("rooms", 0, "children"): set(),
    ("guest",): set(),
    ("guest", "name"): {"text"},
    ("guest", "email"): set(),
    ("guest", "phone"): {"null"},
    ("special_requests",): {"text", "null"},
    ("search_id",): {"null"},
    ("expected_total",): {"whole", "null"},
}
NO_DATES = [
    "2027-02-30",
    "2027-W01",
    "2027-W01-1",
    "20270101",
    "2027-1-1",
    "2027-01-01T00:00:00",
    "2027-01-01T00:00:00Z",
    " 2027-01-01",
    "2027-01-01 ",
    "٢٠٢٧-٠١-٠١",
    "tomorrow",
    "infinity",
    "now",
    "",
    "0000-01-01",
    "10000-01-01",
    "-2027-01-01",
]
NO_STAYS = {
    "no night": ("10", "10", {"validation_error", "invalid_stay"}),
    "backwards": ("12", "10", {"validation_error", "invalid_stay"}),
    "31 nights": ("10", "41", {"invalid_stay"}),
    "yesterday": ("-1", "1", {"not_on_sale"}),
    "beyond the days sold": ("400", "402", {"not_on_sale"}),
}


@pytest.fixture
def hotel() -> factories.HotelForTests:
    return factories.hotel({"Deluxe": 2})


@pytest.fixture
def guest(api: Api) -> Api:
    return api.as_(factories.person())


def changed(body: dict[str, Any], place: tuple[Any, ...], value: Any) -> dict[str, Any]:
    """The body with another value there."""
    body = copy.deepcopy(body)
    reduce(operator.getitem, place[:-1], body)[place[-1]] = value
    return body


def names_place(errors: Any, place: tuple[Any, ...]) -> bool:
    """Whether the messages lead there or to a member that holds it."""
    for step in place:
        if isinstance(errors, list):
            return True
        errors = errors.get(str(step), {})
    return bool(errors)


@pytest.mark.parametrize("place", MEMBERS, ids=lambda place: ".".join(map(str, place)))
def test_members_of_another_type(hotel: factories.HotelForTests, guest: Api, place: tuple[Any, ...]) -> None:
    body = factories.booking_request(hotel, special_requests="Late", expected_total=10_000_000)
    before = content()
    for kind in KINDS.keys() - MEMBERS[place]:
        answer = guest.post("/bookings", changed(body, place, KINDS[kind]), key=new_key())
        assert list(what_is_wrong(answer, 422)) == [], f"{kind}: {answer.text}"
        assert answer.json["code"] == "validation_error", kind
        assert names_place(answer.json["errors"]["json"], place), f"{kind}: {answer.json['errors']}"
    assert content() == before


@pytest.mark.parametrize(
    ("place", "value"),
    [
        (("rooms",), []),
        (("rooms", 0, "adults"), 0),
        (("rooms", 0, "adults"), 21),
        (("rooms", 0, "adults"), "1"),
        (("rooms", 0, "children"), [18]),
        (("rooms", 0, "children"), [-1]),
        (("rooms", 0, "children"), [1] * 11),
        (("guest", "name"), "x" * 201),
        (("guest", "name"), "   "),
        (("guest", "email"), "a@b"),
        (("guest", "email"), "a@localhost"),
        (("guest", "email"), "a@example.com\nBcc: b@example.com"),
        (("guest", "email"), "x" * 250 + "@example.com"),
        (("guest", "phone"), "1"),
        (("guest", "phone"), "1" * 33),
        (("guest", "phone"), "080312345"),
        (("guest", "phone"), "+2340000000000"),
        (("special_requests",), "x" * 1001),
        (("hotel_id",), "0" * 31),
    ],
)
def test_members_out_of_bounds(hotel: factories.HotelForTests, guest: Api, place: tuple[Any, ...], value: Any) -> None:
    before = content()
    answer = guest.post("/bookings", changed(factories.booking_request(hotel), place, value), key=new_key())
    assert (answer.status_code, answer.json["code"]) == (422, "validation_error"), answer.text
    assert content() == before


@pytest.mark.parametrize("amount", [0, -1, 0.1, 1.0, "10000000", 10**18, 2**63, 2**64, True])
def test_case_68_sums_that_are_none(hotel: factories.HotelForTests, guest: Api, amount: Any) -> None:
    before = content()
    body = factories.booking_request(hotel)
    token = {"Authorization": f"Bearer {guest.token}", "Idempotency-Key": new_key()}
    said = repr(amount).lower() if isinstance(amount, bool) else str(amount)
    said = f'"{amount}"' if isinstance(amount, str) else said
    raw = guest.app.json.dumps(body)[:-1] + f',"expected_total":{said}}}'
    answer = guest.app.test_client().post("/api/v1/bookings", data=raw, headers=token, content_type="application/json")
    assert (answer.status_code, list(answer.json["errors"]["json"])) == (422, ["expected_total"])
    assert content() == before


@pytest.mark.parametrize(
    ("said", "status"), [("1E+500", 400), ("-1E+500", 400), ("NaN", 400), ('"1E+500"', 422), ("9" * 4000, 400)]
)
def test_case_68_sums_beyond_all_numbers(hotel: factories.HotelForTests, guest: Api, said: str, status: int) -> None:
    before = content()
    token = {"Authorization": f"Bearer {guest.token}", "Idempotency-Key": new_key()}
    raw = guest.app.json.dumps(factories.booking_request(hotel))[:-1] + f',"expected_total":{said}}}'
    answer = guest.app.test_client().post("/api/v1/bookings", data=raw, headers=token, content_type="application/json")
    assert answer.status_code == status, answer.text
    assert content() == before


def test_case_68_the_total_is_the_servers_in_the_hotels_currency(hotel: factories.HotelForTests, guest: Api) -> None:
    before = content()
    body = factories.booking_request(hotel)
    for member, value in {"currency": "USD", "total_amount": 1, "amount": 1, "price": 1}.items():
        answer = guest.post("/bookings", body | {member: value}, key=new_key())
        assert (answer.status_code, answer.json["errors"]["json"]) == (422, {member: ["Unknown field."]})
    wrong = guest.post("/bookings", body | {"expected_total": 1}, key=new_key())
    assert (wrong.status_code, wrong.json["code"]) == (409, "price_changed")
    assert content() == before
    right = guest.post("/bookings", body | {"expected_total": 10_000_000}, key=new_key())
    assert (right.status_code, right.json["total_amount"], right.json["currency"]) == (201, 10_000_000, "NGN")


@pytest.mark.parametrize("name", ["check_in", "check_out"])
def test_case_65_no_dates(hotel: factories.HotelForTests, guest: Api, name: str) -> None:
    body = factories.booking_request(hotel)
    before = content()
    for text in NO_DATES:
        booked = guest.post("/bookings", body | {name: text}, key=new_key())
        stay = {each: body[each] for each in ("check_in", "check_out")} | {name: text}
        offered = guest.get(f"/hotels/{hotel.id}/offers", **stay)
        searched = guest.get("/hotels/search", lat=6.4281, lon=3.4219, **stay)
        for answer, place in ((booked, "json"), (offered, "query"), (searched, "query")):
            assert list(what_is_wrong(answer, 422)) == [], f"{text}: {answer.text}"
            assert list(answer.json["errors"][place]) == [name], text
    assert content() == before


@pytest.mark.parametrize("case", NO_STAYS)
def test_case_65_dates_that_are_no_stay(hotel: factories.HotelForTests, guest: Api, case: str) -> None:
    first, last, codes = NO_STAYS[case]
    stay = {"check_in": in_days(int(first)).isoformat(), "check_out": in_days(int(last)).isoformat()}
    before = content()
    booked = guest.post("/bookings", factories.booking_request(hotel) | stay, key=new_key())
    offered = guest.get(f"/hotels/{hotel.id}/offers", **stay)
    searched = guest.get("/hotels/search", lat=6.4281, lon=3.4219, **stay)
    for answer in (booked, offered, searched):
        assert list(what_is_wrong(answer, 422)) == [], answer.text
        assert answer.json["code"] in codes
    assert content() == before


def test_case_65_the_last_days_of_the_calendar(hotel: factories.HotelForTests, guest: Api) -> None:
    before = content()
    for stay in (("9999-12-30", "9999-12-31"), ("0001-01-01", "0001-01-02"), ("2026-01-01", "9999-12-31")):
        body = factories.booking_request(hotel) | {"check_in": stay[0], "check_out": stay[1]}
        answer = guest.post("/bookings", body, key=new_key())
        assert (answer.status_code, answer.json["code"] in {"not_on_sale", "invalid_stay"}) == (422, True), answer.text
    assert content() == before


def test_case_65_thirty_nights_and_the_very_last_day_are_a_stay(hotel: factories.HotelForTests, guest: Api) -> None:
    longest = guest.post("/bookings", factories.booking_request(hotel, nights=30), key=new_key())
    last = factories.booking_request(hotel, start=399, nights=1)
    assert (longest.status_code, guest.post("/bookings", last, key=new_key()).status_code) == (201, 201)
    assert longest.json["check_out"] == (in_days(10) + timedelta(days=30)).isoformat()
