"""What giving a booking up costs: pure, from its snapshots, its nights and an instant.

A room costs what its window says; charges follow in proportion to the rooms, in one share rounded once (`policy.share`). Nothing is
cheaper than the booking's `least_penalty`: a change of dates moves the windows, and does not undo what cancelling had cost before it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from app.rates import policy

Terms = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Bought:
    """What was sold: each room's terms and what its nights cost (kobo, by date), and what stands on top. `least`: kobo at least."""

    check_in: date
    booked_at: datetime
    rooms: Sequence[tuple[Terms, Sequence[int]]]
    charges_amount: int
    least: int = 0

    @property
    def rooms_amount(self) -> int:
        return sum(sum(nights) for _, nights in self.rooms)

    @property
    def total_amount(self) -> int:
        return self.rooms_amount + self.charges_amount


def bought(row: Mapping[str, Any]) -> Bought:
    """From a row of `queries.rendered`."""
    rooms = [(room["terms"], [night["amount"] for night in room["nights"]]) for room in row["rooms"]]
    return Bought(row["check_in"], row["created_at"], rooms, row["charges_amount"], row["least_penalty"])


def cost(what: Bought, at: datetime) -> int:
    """Kobo that cancelling all of it costs at an instant, between nothing and its total."""
    return max(by_windows(what, at), min(what.least, what.total_amount))


def by_windows(what: Bought, at: datetime) -> int:
    """The same by the windows alone."""
    kept = sum(_of_room(what, terms, nights, at) for terms, nights in what.rooms)
    return kept + policy.share(what.charges_amount, kept, what.rooms_amount)


def is_in_grace(what: Bought, at: datetime) -> bool:
    """Whether it was booked so lately that all of its rooms may be given up for that reason."""
    ends = [policy.grace_end(terms, what.check_in, what.booked_at) for terms, _ in what.rooms]
    return all(end is not None and at < end for end in ends)


def forfeited(old: Bought, new: Bought, at: datetime) -> int:
    """Kobo of a surplus that a change does not give back: what cancelling had cost before it and costs no more after it."""
    surplus = max(0, old.total_amount - new.total_amount)
    return min(surplus, max(0, cost(old, at) - by_windows(new, at)))


def least_after(old: Bought, new: Bought, at: datetime) -> int:
    """What cancelling still costs at least when the change is made: `forfeited` and this are no less than it had cost before."""
    return min(new.total_amount, max(0, cost(old, at) - forfeited(old, new, at)))


def _of_room(what: Bought, terms: Terms, nights: Sequence[int], at: datetime) -> int:
    return policy.penalty(policy.windows_of(terms, what.check_in, what.booked_at), nights, at)
