"""The plain model: rooms and nights with who has them, bookings, and their money. It knows nothing of SQL, HTTP or the application's code.

Time is a number of seconds; `now` stands still until the machine moves it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

HOLD, EXTENSION, GRACE, WARNING = 930, 630, 120, 60
PATIENCE = 10
STANDING = ("confirmed", "checked_in", "checked_out", "no_show")
OPEN = ("queued", "initialized")
MONEY_IS_IN = ("success", "review")
IN_FLIGHT = ("requested", "pending", "processing", "needs_attention")
BACK = {  # where a refund may go from where it is
    "requested": ("pending", "processing", "processed", "failed", "needs_attention"),
    "pending": ("processing", "processed", "failed", "needs_attention"),
    "processing": ("processed", "failed", "needs_attention"),
    "needs_attention": ("processing", "processed", "failed"),
}


@dataclass(eq=False)
class Plan:
    """What one rate plan asks for a night: `price` kobo, unless the night has one of its own."""

    id: str
    type_id: str
    timing: str
    price: int
    own: dict[date, int] = field(default_factory=dict)
    stopped: set[date] = field(default_factory=set)
    no_arrival: set[date] = field(default_factory=set)
    no_departure: set[date] = field(default_factory=set)

    def on(self, night: date) -> int:
        return self.own.get(night, self.price)


@dataclass(eq=False)
class Charge:
    """So many basis points of what the rooms cost. `is_included`: the prices hold it, and nothing is added."""

    value: int
    is_included: bool

    def of(self, rooms_amount: int) -> int:
        """Kobo on top, half a kobo rounded up."""
        return 0 if self.is_included else (2 * rooms_amount * self.value + 10_000) // 20_000


@dataclass(eq=False)
class Taking:
    """Nights `[first, end)` of a room that somebody has. `until`: a hold's end; none = for good."""

    room: str
    first: date
    end: date
    owner: str
    until: float | None = None
    is_block: bool = False

    def overlaps(self, first: date, end: date) -> bool:
        return self.first < end and first < self.end


@dataclass(eq=False)
class Refund:
    id: str
    amount: int
    state: str = "due"
    asked_at: float | None = None
    looked_at: float | None = None
    at_gateway: str | None = None  # its state there
    is_known: bool = False  # whether we have the gateway's number for it
    sent: int = 0  # kobo, by the gateway's word


@dataclass(eq=False)
class Payment:
    """`at_gateway`: what the gateway would say; none = it never heard of it. `lie`: kobo by which its word differs from what was asked."""

    id: str
    reference: str
    amount: int
    part: int = 1
    state: str = "queued"
    kept: bool | None = None
    is_applied: bool = False
    refunded: int = 0
    at_gateway: str | None = None
    lie: int = 0
    refunds: list[Refund] = field(default_factory=list)

    @property
    def left(self) -> int:
        """Kobo that no refund speaks for."""
        return self.amount - sum(refund.amount for refund in self.refunds)

    @property
    def is_paid_there(self) -> bool:
        return self.at_gateway in ("success", "reversed")


@dataclass(eq=False)
class Slept:
    """One room of a booking."""

    id: str
    room: str
    type_id: str
    plan: Plan
    nights: list[int] = field(default_factory=list)


@dataclass(eq=False)
class Booking:
    id: str
    reference: str
    check_in: date
    check_out: date
    timing: str
    total: int
    rooms: list[Slept]
    made_at: float
    status: str = "pending_payment"
    payment_status: str = "unpaid"
    hold_ends: float | None = None
    release_at: float | None = None
    is_started: bool = False
    is_asked: bool = False
    is_warned: bool = False
    payments: list[Payment] = field(default_factory=list)
    paid: int = 0
    returned: int = 0
    penalty: int = 0

    @property
    def nights(self) -> list[date]:
        return nights(self.check_in, self.check_out)

    @property
    def money(self) -> str | None:
        """Whether money for its first part is in: `success`, `review` or nothing."""
        found = [payment.state for payment in self.payments if payment.part == 1 and payment.state in MONEY_IS_IN]
        return "success" if "success" in found else next(iter(found), None)

    def open_payment(self, part: int = 1) -> Payment | None:
        return next((one for one in self.payments if one.part == part and one.state in OPEN), None)


def nights(first: date, end: date) -> list[date]:
    return [first + timedelta(days=number) for number in range((end - first).days)]


class House:
    """One hotel: its rooms by type, the cheapest type first, and who has which nights of them."""

    def __init__(self, types: dict[str, list[str]], plans: Sequence[Plan]) -> None:
        self.types = {room: type_id for type_id, rooms in types.items() for room in rooms}
        self.plans = {plan.id: plan for plan in plans}
        self.retired: dict[str, str] = {}
        self.charges: list[Charge] = []
        self.takings: list[Taking] = []
        self.status = "active"
        self.now = 0.0

    @property
    def sells(self) -> bool:
        return self.status == "active"

    @property
    def keeps_holds(self) -> bool:
        return self.status in ("active", "paused")

    def is_free(self, room: str, first: date, end: date) -> bool:
        """Nobody has it, where a hold that has lapsed counts as nobody."""
        return room in self.types and not any(
            taking.room == room and taking.overlaps(first, end) and self.lives(taking) for taking in self.takings
        )

    def lives(self, taking: Taking) -> bool:
        return taking.until is None or taking.until > self.now

    def free(self, type_id: str, first: date, end: date) -> list[str]:
        return [room for room, its in self.types.items() if its == type_id and self.is_free(room, first, end)]

    def has(self, wanted: dict[str, int], first: date, end: date) -> bool:
        """Whether so many rooms of each type are free."""
        return all(len(self.free(type_id, first, end)) >= count for type_id, count in wanted.items())

    def take(self, room: str, first: date, end: date, *, owner: str, until: float | None) -> None:
        """Fails when it is not free. Who takes a room sweeps away the lapsed holds that lie on its nights."""
        assert self.is_free(room, first, end), f"{room} was given away twice on {first} to {end}"
        self.takings = [one for one in self.takings if one.room != room or not one.overlaps(first, end)]
        self.takings.append(Taking(room, first, end, owner, until))

    def of(self, owners: Sequence[str]) -> list[Taking]:
        return [taking for taking in self.takings if taking.owner in owners]

    def give_back(self, owners: Sequence[str]) -> None:
        self.takings = [taking for taking in self.takings if taking.owner not in owners]

    def dearer(self, type_id: str) -> str | None:
        """The next dearer type, by its cheapest plan."""
        cheapest: dict[str, int] = {}
        for plan in self.plans.values():
            cheapest[plan.type_id] = min(plan.price, cheapest.get(plan.type_id, plan.price))
        above = [(price, other) for other, price in cheapest.items() if price > cheapest[type_id]]
        return min(above)[1] if above else None


def counted(type_ids: Iterator[str] | Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for type_id in type_ids:
        found[type_id] = found.get(type_id, 0) + 1
    return found
