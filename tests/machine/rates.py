"""The hotel's people change what nights cost and which are sold, and what stands on top: what is booked keeps its price."""

from datetime import date
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.machine.ground import Ground, days, nth
from tests.machine.guests import some
from tests.machine.model import Charge, Plan, nights

PRICES = st.sampled_from([4_999_999, 7_500_001, 12_345_678, None])
MOST_CHARGES = 3


class Rates(Ground):
    @rule(which=some, start=some, length=st.integers(1, 4), price=PRICES)
    def set_prices(self, which: int, start: int, length: int, price: int | None) -> None:
        """None takes back what was said of these nights."""
        plan, (first, end) = nth(list(self.house.plans.values()), which), self.stay(start, length)
        self._set(plan, first, end, price=price)
        for night in nights(first, end):
            plan.own.pop(night, None)
            if price is not None:
                plan.own[night] = price

    @rule(
        which=some,
        start=some,
        length=st.integers(1, 2),
        kind=st.sampled_from(["stop_sell", "closed_to_arrival", "closed_to_departure"]),
        on=st.sampled_from([True, None, None]),
    )
    def restrict(self, which: int, start: int, length: int, kind: str, on: bool | None) -> None:
        plan, (first, end) = nth(list(self.house.plans.values()), which), self.stay(start, length)
        self._set(plan, first, end, **{kind: on})
        said = {"stop_sell": plan.stopped, "closed_to_arrival": plan.no_arrival}.get(kind, plan.no_departure)
        for night in nights(first, end):
            said.discard(night)
            if on:
                said.add(night)

    def _set(self, plan: Plan, first: date, end: date, **told: Any) -> None:
        span = {"from": first.isoformat(), "to": (end - days(1)).isoformat()}
        answer = self.place.owner.put(f"/rate-plans/{plan.id}/days", span | told)
        assert answer.status_code == 200, answer.text

    @precondition(lambda self: len(self.house.charges) < MOST_CHARGES)
    @rule(value=st.sampled_from([1, 333, 750, 1_250]), is_included=st.booleans())
    def add_charge(self, value: int, is_included: bool) -> None:
        """So many basis points, on top of the rooms or held by their prices."""
        name = f"Levy {len(self.house.charges)}"
        body = {"name": name, "kind": "percent", "value": value, "from": "2025-01-01", "is_included": is_included}
        answer = self.place.owner.post(f"{self.hotel_path}/charges", body)
        assert answer.status_code == 201, answer.text
        self.house.charges.append(Charge(value, is_included))
