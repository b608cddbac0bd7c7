"""The hotel's people take rooms from sale and give them back, retire rooms and add others."""

from datetime import date

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.machine.ground import Ground, nth, refused
from tests.machine.guests import some
from tests.machine.model import Taking

MOST_ROOMS = 6


class Blocks(Ground):
    @property
    def blocks(self) -> list[Taking]:
        return [taking for taking in self.house.takings if taking.is_block]

    @precondition(lambda self: self.house.types)
    @rule(which=st.lists(some, min_size=1, max_size=2), start=some, length=st.integers(1, 3))
    def block(self, which: list[int], start: int, length: int) -> None:
        """All of the rooms, or none: a guest who holds one of them is not in the way only when his time is up."""
        rooms = sorted({nth(list(self.house.types), number) for number in which})
        first, end = self.stay(start, length)
        body = {"room_ids": rooms, "from": first.isoformat(), "to": end.isoformat(), "reason": "other"}
        answer = self.place.owner.post(f"{self.hotel_path}/blocks", body)
        if not all(self.house.is_free(room, first, end) for room in rooms):
            refused(answer, 409, "room_in_use")
            return
        assert answer.status_code == 201, answer.text
        assert {item["room_id"] for item in answer.json["items"]} == set(rooms)
        for item in answer.json["items"]:
            self._take(item["room_id"], first, end, item["id"])

    def _take(self, room: str, first: date, end: date, block_id: str) -> None:
        self.house.take(room, first, end, owner=block_id, until=None)
        self.house.takings[-1].is_block = True

    @precondition(lambda self: self.blocks)
    @rule(which=some, start=some, length=st.integers(1, 3), ends=st.booleans())
    def move_or_end_block(self, which: int, start: int, length: int, ends: bool) -> None:
        if ends:
            self.end_block(which)
        else:
            self.move_block(which, start, length)

    def move_block(self, which: int, start: int, length: int) -> None:
        """Its own nights are not in its way."""
        block, (first, end) = nth(self.blocks, which), self.stay(start, length)
        answer = self.place.owner.patch(f"/blocks/{block.owner}", {"from": first.isoformat(), "to": end.isoformat()})
        others = [taking for taking in self.house.takings if taking is not block]
        in_the_way = [
            one for one in others if one.room == block.room and one.overlaps(first, end) and self.house.lives(one)
        ]
        if in_the_way:
            refused(answer, 409, "room_in_use")
            return
        assert answer.status_code == 200, answer.text
        self.house.give_back([block.owner])
        self._take(block.room, first, end, block.owner)

    def end_block(self, which: int) -> None:
        block = nth(self.blocks, which)
        answer = self.place.owner.delete(f"/blocks/{block.owner}")
        assert answer.status_code == 204, answer.text
        self.house.give_back([block.owner])

    @rule(which=some, adds=st.booleans())
    def rebuild(self, which: int, adds: bool) -> None:
        if adds and len(self.house.types) < MOST_ROOMS:
            self.add_room(which)
        elif self.house.types:
            self.retire_room(which)

    def retire_room(self, which: int) -> None:
        """Only a room that nobody is to sleep in; what is left of lapsed holds in it goes for good."""
        room = nth(list(self.house.types), which)
        answer = self.place.owner.delete(f"/rooms/{room}")
        mine = [taking for taking in self.house.takings if taking.room == room]
        if any(self.house.lives(taking) for taking in mine):
            refused(answer, 409, "room_has_stays")
            return
        assert answer.status_code == 204, answer.text
        self.house.takings = [taking for taking in self.house.takings if taking.room != room]
        self.house.retired[room] = self.house.types.pop(room)

    def add_room(self, which: int) -> None:
        type_id = nth(self.type_ids, which)
        number = f"N{len(self.house.types) + len(self.house.retired)}"
        body = {"room_type_id": type_id, "numbers": [number], "floor": 9}
        answer = self.place.owner.post(f"{self.hotel_path}/rooms", body)
        assert answer.status_code == 201, answer.text
        (made,) = answer.json["items"]
        self.house.types[made["id"]] = type_id
