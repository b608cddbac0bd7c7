"""Blocks: all of them or none, never over a guest, and every night given back is told."""

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.dialects.postgresql import Range

from app.inventory import block_rules, periods
from app.inventory.errors import BlockInPast, BlockInvalid, BlockIsOver
from tests import factories
from tests.api import Api
from tests.factories import in_days
from tests.hotels.people import audited, rows
from tests.inventory.house import House, day, events, house_of, lapse, ranges, run
from tests.races.crowd import overlaps
from tests.surface import content


@pytest.fixture
def house(api: Api) -> House:
    return house_of(api, factories.hotel({"Deluxe": 3}))


def blocked(house: House) -> list[tuple[str, str, str]]:
    found = rows("SELECT room_id, check_in, check_out FROM allocations WHERE block_reason IS NOT NULL ORDER BY 1, 2")
    return [(str(row["room_id"]), str(row["check_in"]), str(row["check_out"])) for row in found]


def days(first: int, end: int) -> Range[date]:
    return Range(date(2027, 1, first), date(2027, 1, end))


@pytest.mark.parametrize(
    ("mine", "others", "left"),
    [
        ((5, 9), (5, 9), []),
        ((5, 9), (1, 20), []),
        ((5, 9), (7, 20), [(5, 7)]),
        ((5, 9), (1, 7), [(7, 9)]),
        ((5, 9), (6, 8), [(5, 6), (8, 9)]),
        ((5, 9), (9, 12), [(5, 9)]),
        ((5, 9), (1, 5), [(5, 9)]),
        ((5, 9), (20, 22), [(5, 9)]),
    ],
)
def test_what_one_run_has_that_another_has_not(
    mine: tuple[int, int], others: tuple[int, int], left: list[tuple[int, int]]
) -> None:
    assert periods.without(days(*mine), days(*others)) == [days(*piece) for piece in left]


@pytest.mark.parametrize(
    ("known", "wanted", "refusal"),
    [
        ((10, 15), (10, 12), None),
        ((10, 15), (12, 20), None),
        ((5, 15), (5, 10), None),  # ends today: nothing of it is left
        ((5, 15), (5, 20), None),
        ((5, 15), (6, 15), BlockInPast),
        ((5, 15), (12, 15), BlockInPast),
        ((12, 15), (9, 15), BlockInPast),
        ((5, 15), (5, 9), BlockInPast),
        ((5, 10), (5, 12), BlockIsOver),
        ((12, 15), (12, 12), BlockInvalid),
        ((12, 15), (14, 12), BlockInvalid),
    ],
)
def test_nights_that_are_over_neither_come_nor_go(
    known: tuple[int, int], wanted: tuple[int, int], refusal: type[Exception] | None
) -> None:
    """Today is the tenth."""
    backwards = wanted[1] < wanted[0]
    sought = Range(date(2027, 1, wanted[0]), date(2027, 1, wanted[1])) if not backwards else _Backwards(*wanted)
    if refusal is None:
        block_rules.refuse_change(days(*known), sought, date(2027, 1, 10))
    else:
        with pytest.raises(refusal):
            block_rules.refuse_change(days(*known), sought, date(2027, 1, 10))


class _Backwards(Range[date]):
    """What a client may send."""

    def __init__(self, first: int, end: int) -> None:
        object.__setattr__(self, "lower", date(2027, 1, first))
        object.__setattr__(self, "upper", date(2027, 1, end))


def test_many_rooms_are_blocked_at_once(house: House) -> None:
    answer = house.block(list(house.rooms), 10, 14, reason="owner_use", note="The owner's wedding")
    assert answer.status_code == 201, answer.text
    assert [block["room_id"] for block in answer.json["items"]] == [str(room) for room in house.rooms]
    first = answer.json["items"][0]
    assert (first["from"], first["to"], first["reason"], first["note"]) == (
        day(10),
        day(14),
        "owner_use",
        "The owner's wedding",
    )
    assert ranges() == [("maintenance", day(10), day(14))] * 3
    assert {event["room_id"] for event in events("room_status_changed")} == {str(room) for room in house.rooms}
    assert audited() == [("block.add", "hotel_staff")]
    assert house.book(13, 1).json["code"] == "room_taken"
    assert [house.book(start, 2).status_code for start in (8, 14)] == [201, 201]


def test_of_many_all_are_blocked_or_none(house: House) -> None:
    booking = house.booked(12, room=house.rooms[1])
    before = content()
    answer = house.block(list(house.rooms), 10, 14)
    assert (answer.status_code, answer.json["code"], answer.json["count"]) == (409, "room_in_use", 1)
    (told,) = answer.json["stays"]
    assert (told["kind"], told["reference"], told["number"]) == ("booking", booking["reference"], "102")
    assert (told["check_in"], told["check_out"]) == (booking["check_in"], booking["check_out"])
    assert content() == before


@pytest.mark.parametrize(("first", "end"), [(8, 11), (11, 12), (13, 20), (10, 14), (0, 100)])
def test_blocks_do_not_overlap(house: House, first: int, end: int) -> None:
    (known,) = house.block([house.rooms[0]], 10, 14).json["items"]
    before = content()
    answer = house.block([house.rooms[0]], first, end)
    assert (answer.status_code, answer.json["stays"][0]["block_id"]) == (409, known["id"])
    assert content() == before


def test_neighbours_may_meet(house: House) -> None:
    assert [house.block([house.rooms[0]], *run_).status_code for run_ in ((10, 14), (14, 16), (8, 10))] == [201] * 3


def test_a_lapsed_hold_gives_way_and_is_told_a_living_one_does_not(house: House) -> None:
    lapse(house.booked(10, room=house.rooms[0], plan="pay_now"))
    living = house.booked(10, room=house.rooms[1], plan="pay_now")
    assert house.block([house.rooms[0]], 11, 14).status_code == 201
    assert ranges()[2:] == [("available", day(10), day(12)), ("maintenance", day(11), day(14))]
    refused = house.block([house.rooms[1]], 11, 14)
    assert refused.json["stays"][0]["reference"] == living["reference"]
    assert overlaps() == 0


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"from": day(12), "to": day(12)}, "invalid_block"),
        ({"from": day(12), "to": day(11)}, "invalid_block"),
        ({"from": day(1), "to": day(1099)}, "invalid_block"),
        ({"from": day(-3), "to": day(5)}, "block_in_past"),
        ({"room_ids": [str(uuid4())]}, "unknown_room"),
        ({"room_ids": []}, "validation_error"),
        ({"reason": "paint"}, "validation_error"),
        ({"from": "2027-02-30"}, "validation_error"),
        ({"to": "9999-12-31"}, "validation_error"),
        ({"booking_room_id": str(uuid4())}, "validation_error"),
    ],
)
def test_wrong_blocks_are_refused(house: House, body: dict[str, Any], code: str) -> None:
    before = content()
    answer = house.block([house.rooms[0]], 10, 12, **body)
    assert (answer.status_code, answer.json["code"]) == (422, code)
    assert content() == before


def test_rooms_of_others_and_retired_ones_are_unknown(house: House) -> None:
    foreign = factories.hotel().only.rooms[0]
    house.owner.delete(f"/rooms/{house.rooms[2]}")
    before = content()
    answer = house.block([house.rooms[0], house.rooms[2], foreign], 10, 12)
    assert answer.json["room_ids"] == sorted([str(house.rooms[2]), str(foreign)])
    assert content() == before


class TestChanges:
    @pytest.fixture
    def path(self, house: House) -> str:
        (block,) = house.block([house.rooms[0]], 10, 14).json["items"]
        return f"/blocks/{block['id']}"

    @pytest.mark.parametrize(
        ("change", "told"),
        [
            ({"to": 12}, [("available", 12, 14)]),
            ({"from": 11}, [("available", 10, 11)]),
            ({"to": 16}, [("maintenance", 14, 16)]),
            ({"from": 9, "to": 12}, [("maintenance", 9, 10), ("available", 12, 14)]),
            ({"from": 20, "to": 22}, [("maintenance", 20, 22), ("available", 10, 14)]),
            ({"from": 11, "to": 13}, [("available", 10, 11), ("available", 13, 14)]),
        ],
    )
    def test_what_is_taken_and_given_back_is_told(
        self, house: House, path: str, change: dict[str, int], told: list[tuple[str, int, int]]
    ) -> None:
        answer = house.staff.patch(path, {name: day(count) for name, count in change.items()})
        assert answer.status_code == 200, answer.text
        first, end = change.get("from", 10), change.get("to", 14)
        assert (answer.json["from"], answer.json["to"]) == (day(first), day(end))
        assert blocked(house) == [(str(house.rooms[0]), day(first), day(end))]
        assert ranges()[1:] == [(status, day(start), day(stop)) for status, start, stop in told]

    def test_reason_and_note_alone_tell_nobody(self, house: House, path: str) -> None:
        answer = house.staff.patch(path, {"reason": "other", "note": "Fumigation"})
        assert (answer.json["reason"], answer.json["note"]) == ("other", "Fumigation")
        assert len(ranges()) == 1
        assert house.staff.patch(path, {"note": None}).json["note"] is None

    def test_not_over_a_guest(self, house: House, path: str) -> None:
        booking = house.booked(15, room=house.rooms[0])
        before = content()
        answer = house.staff.patch(path, {"to": day(16)})
        assert (answer.status_code, answer.json["code"]) == (409, "room_in_use")
        assert [stay["reference"] for stay in answer.json["stays"]] == [booking["reference"]]
        assert content() == before
        assert house.staff.patch(path, {"to": day(15)}).status_code == 200

    def test_a_lapsed_hold_gives_way(self, house: House, path: str) -> None:
        lapse(house.booked(14, room=house.rooms[0], plan="pay_now"))
        assert house.staff.patch(path, {"to": day(20)}).status_code == 200
        assert ranges()[2:] == [("available", day(14), day(16)), ("maintenance", day(14), day(20))]

    def test_ending_gives_all_back(self, house: House, path: str) -> None:
        assert house.staff.delete(path).status_code == 204
        assert blocked(house) == []
        assert ranges()[1:] == [("available", day(10), day(14))]
        assert audited()[-1] == ("block.end", "hotel_staff")
        assert house.staff.delete(path).status_code == 404
        assert house.book(10, 4, room=house.rooms[0]).status_code == 201

    def test_what_was_before_today_stays_told(self, house: House, path: str) -> None:
        run("UPDATE allocations SET stay = daterange(:first, :end)", first=in_days(-3), end=in_days(3))
        assert house.staff.delete(path).status_code == 204
        assert blocked(house) == [(str(house.rooms[0]), day(-3), day(0))]
        assert ranges()[1:] == [("available", day(0), day(3))]
        before = content()
        over = [house.staff.delete(path), house.staff.patch(path, {"to": day(5)})]
        assert {(answer.status_code, answer.json["code"]) for answer in over} == {(409, "block_is_over")}
        assert content() == before

    def test_a_booking_is_no_block(self, house: House, path: str) -> None:
        house.booked(20)
        (row,) = rows("SELECT id FROM allocations WHERE block_reason IS NULL")
        before = content()
        assert house.staff.delete(f"/blocks/{row['id']}").status_code == 404
        assert house.staff.patch(f"/blocks/{row['id']}", {"to": day(30)}).status_code == 404
        assert content() == before


def test_they_are_listed_by_cursor(house: House, count_statements: Any) -> None:
    made = [house.block([room], first, first + 2).json["items"][0] for room in house.rooms for first in (10, 20, 30)]
    found: list[dict[str, Any]] = []
    cursor = None
    while len(found) < 9:
        with count_statements() as asked:
            page = house.staff.get(f"{house.path}/blocks", limit=4, **({"cursor": cursor} if cursor else {})).json
        assert len(asked) == 4  # who asks; the hotel; its today; the blocks
        found, cursor = found + page["items"], page["next_cursor"]
    assert (found, cursor) == (made, None)
    narrowed = house.staff.get(f"{house.path}/blocks", **{"from": day(21), "to": day(30)}).json["items"]
    assert {block["from"] for block in narrowed} == {day(20)}
