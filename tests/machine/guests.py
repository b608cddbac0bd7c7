"""Guests: they look, book, want to pay, ask whether it came through, and change their minds before they have paid."""

from datetime import date
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.api import new_key
from tests.machine.ground import Ground, nth, refused
from tests.machine.model import HOLD, Booking, Plan, Slept, counted, nights
from tests.machine.place import MOODS

some = st.integers(0, 30)
timing = st.sampled_from(["pay_now", "pay_now", "pay_at_hotel"])


class Guests(Ground):
    @rule(start=some, length=st.integers(1, 4), rooms=st.integers(1, 2))
    def look(self, start: int, length: int, rooms: int) -> None:
        """Offers say what is free and what it costs; the search finds the hotel when there is something to sell."""
        first, end = self.stay(start, length)
        asked = {"check_in": first.isoformat(), "check_out": end.isoformat(), "adults": rooms, "rooms": rooms}
        answer = self.place.api.get(f"{self.hotel_path}/offers", **asked)
        if not self.house.sells:
            refused(answer, 404, "not_found" if answer.json["code"] == "not_found" else "hotel_not_found")
        else:
            self._compare_offers(answer.json["items"], first, end, rooms)
        found = self.place.api.get("/hotels/search", lat=6.4281, lon=3.4219, **asked)
        assert found.status_code == 200, found.text
        assert bool(found.json["items"]) is self._has_anything(first, end, rooms)

    def _compare_offers(self, items: list[dict[str, Any]], first: date, end: date, rooms: int) -> None:
        assert {item["room_type"]["id"] for item in items} == set(self.type_ids)
        for item in items:
            left = len(self.house.free(item["room_type"]["id"], first, end))
            assert item["rooms_left"] == left
            for offer in item["rate_plans"]:
                plan = self.house.plans[offer["rate_plan_id"]]
                assert offer["is_sellable"] is self._is_sellable(plan, first, end, rooms)
                assert offer["total_amount"] == self.price([plan] * rooms, first, end)

    def _has_anything(self, first: date, end: date, rooms: int) -> bool:
        sold = (self._is_sellable(plan, first, end, rooms) for plan in self.house.plans.values())
        return self.house.sells and any(sold)

    def _is_sellable(self, plan: Plan, first: date, end: date, rooms: int) -> bool:
        return self.is_on_sale(plan, first, end) and self.house.has({plan.type_id: rooms}, first, end)

    def is_on_sale(self, plan: Plan, first: date, end: date) -> bool:
        is_open = not plan.stopped.intersection(nights(first, end))
        return is_open and first not in plan.no_arrival and end not in plan.no_departure

    def price(self, plans: list[Plan], first: date, end: date) -> int:
        """Kobo for a room of each plan, one adult in it, with all that stands on top."""
        rooms = sum(plan.on(night) for plan in plans for night in nights(first, end))
        return rooms + sum(charge.of(rooms) for charge in self.house.charges)

    @rule(
        who=st.integers(0, 2),
        start=some,
        length=st.integers(1, 4),
        types=st.lists(st.integers(0, 1), min_size=1, max_size=3),
        named=st.booleans(),
        timing=timing,
        expects=st.sampled_from([None, 0, 0, 1]),
        twice=st.booleans(),
    )
    def book(
        self,
        who: int,
        start: int,
        length: int,
        types: list[int],
        named: bool,
        timing: str,
        expects: int | None,
        twice: bool,
    ) -> None:
        """One or several rooms, of a type or this very room. `expects`: kobo by which the guest errs about the price, if he names one."""
        first, end = self.stay(start, length)
        plans = [self._plan(self.type_ids[number % len(self.type_ids)], timing) for number in types]
        body = self._request(plans, first, end, named=named, start=start)
        if expects is not None:
            body["expected_total"] = self.price(plans, first, end) + expects
        key = new_key()
        answer = self.place.guests[who].post("/bookings", body, key=key)
        if refusal := self._why_not_booked(plans, body, first, end):
            refused(answer, *refusal)
            return
        self._note_booking(answer, who, plans)
        if twice:
            again = self.place.guests[who].post("/bookings", body, key=key)
            assert (again.status_code, again.json["id"]) == (201, answer.json["id"])

    def _plan(self, type_id: str, timing: str) -> Plan:
        return next(plan for plan in self.house.plans.values() if (plan.type_id, plan.timing) == (type_id, timing))

    def _request(self, plans: list[Plan], first: date, end: date, *, named: bool, start: int) -> dict[str, Any]:
        rooms = [{"rate_plan_id": plan.id, "room_type_id": plan.type_id, "adults": 1, "children": []} for plan in plans]
        if named:
            mine = [room for room, its in self.house.types.items() if its == plans[0].type_id]
            if mine:
                rooms[0] = {"rate_plan_id": plans[0].id, "room_id": nth(mine, start), "adults": 1, "children": []}
        guest = {
            "name": "Ada Obi",
            "email": f"ada{len(self.books.bookings) % 3}@example.com",
            "phone": "+2348000000002",
        }
        days = {"check_in": first.isoformat(), "check_out": end.isoformat()}
        return {"hotel_id": str(self.place.hotel.id), "rooms": rooms, "guest": guest} | days

    def _why_not_booked(
        self, plans: list[Plan], body: dict[str, Any], first: date, end: date
    ) -> tuple[int, str] | None:
        if not self.house.sells or not all(self.is_on_sale(plan, first, end) for plan in plans):
            return 422, "not_on_sale"
        if body.get("expected_total") not in (None, self.price(plans, first, end)):
            return 409, "price_changed"
        named = [room["room_id"] for room in body["rooms"] if "room_id" in room]
        others = counted(
            [self.house.types[room] for room in named]
            + [r["room_type_id"] for r in body["rooms"] if "room_id" not in r]
        )
        is_there = all(self.house.is_free(room, first, end) for room in named) and self.house.has(others, first, end)
        return None if is_there else (409, "room_taken")

    def _note_booking(self, answer: Any, who: int, plans: list[Plan]) -> None:
        assert answer.status_code == 201, answer.text
        told = answer.json
        first, end = date.fromisoformat(told["check_in"]), date.fromisoformat(told["check_out"])
        assert told["total_amount"] == self.price(plans, first, end)
        rooms = [
            Slept(
                room["id"], room["room_id"], room["room_type_id"], plan, [night["amount"] for night in room["nights"]]
            )
            for room, plan in zip(told["rooms"], plans, strict=True)
        ]
        until = self.books.now + HOLD if plans[0].timing == "pay_now" else None
        booking = Booking(
            told["id"], told["reference"], first, end, plans[0].timing, told["total_amount"], rooms, self.books.now
        )
        booking.status = "pending_payment" if until else "confirmed"
        booking.hold_ends = booking.release_at = until
        self.books.add(booking)
        guest = self.place.guests[who]
        self.place.callers[booking.id] = guest if guest.token else guest.showing(told["booking_token"])

    @precondition(lambda self: self.books.bookings)
    @rule(which=some, mood=st.sampled_from(["well", "well", *MOODS]), twice=st.booleans())
    def want_to_pay(self, which: int, mood: str, twice: bool) -> None:
        """An attempt that is open is shown again; a fresh one has its link, or waits for it when the gateway does not answer."""
        booking, key = nth(self.books.bookings, which), new_key()
        self.place.clock.stand()
        refusal, part = self.books.why_not_payable(booking), self.part_of(booking)
        for _ in range(1 + twice):
            with self.place.gateway(mood):
                answer = self.caller(booking).post(f"/bookings/{booking.id}/payments", key=key)
            if refusal:
                refused(answer, *refusal)
                continue
            if booking.open_payment(part) is None:
                self._note_attempt(booking, mood)
            shown = booking.open_payment(part)
            assert shown is not None
            assert (answer.json["reference"], answer.json["status"]) == (shown.reference, shown.state), answer.text

    def part_of(self, booking: Booking) -> int:
        """What of the booking waits to be paid: 1 = itself."""
        return 1

    def _note_attempt(self, booking: Booking, mood: str) -> None:
        (payment,) = self.note_payments(booking)
        payment.state = "initialized" if mood == "well" else "queued"
        payment.at_gateway = None if mood == "away" else "abandoned"
        assert (payment.amount, payment.part) == (self.due(booking), self.part_of(booking))
        self.books.start(booking, payment)

    def due(self, booking: Booking) -> int:
        return booking.total

    @precondition(lambda self: self.books.payments)
    @rule(which=some, by=st.sampled_from(["wish", "return"]))
    def ask_whether_it_came(self, which: int, by: str) -> None:
        """He presses "I have paid", or comes back from the checkout: a check is promised, and no more."""
        booking, payment = nth(self.books.payments, which)
        self.place.clock.stand(exactly=True)
        if by == "wish":
            answer = self.caller(booking).post(f"/payments/{payment.reference}/verify")
            assert answer.status_code == 202, answer.text
        else:
            answer = self.place.api.get("/payments/return", reference=payment.reference)
            assert answer.status_code == 200, answer.text
