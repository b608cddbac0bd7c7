"""The model's rules of bookings and money: what each thing that happens makes of them."""

from datetime import date

from tests.machine.model import (
    BACK,
    EXTENSION,
    GRACE,
    IN_FLIGHT,
    MONEY_IS_IN,
    OPEN,
    PATIENCE,
    Booking,
    House,
    Payment,
    Refund,
    Slept,
    counted,
)


class Books:
    """All bookings of the one house. A verb with something that only the application can choose (a room, an id) is told it afterwards."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.bookings: list[Booking] = []

    @property
    def now(self) -> float:
        return self.house.now

    @property
    def payments(self) -> list[tuple[Booking, Payment]]:
        return [(booking, payment) for booking in self.bookings for payment in booking.payments]

    @property
    def refunds(self) -> list[tuple[Booking, Payment, Refund]]:
        return [(booking, payment, refund) for booking, payment in self.payments for refund in payment.refunds]

    def payment(self, payment_id: str) -> tuple[Booking, Payment]:
        return next(pair for pair in self.payments if payment_id in (pair[1].id, pair[1].reference))

    def refund(self, refund_id: str) -> tuple[Booking, Payment, Refund]:
        return next(three for three in self.refunds if three[2].id == refund_id)

    def booking(self, booking_id: str) -> Booking:
        return next(booking for booking in self.bookings if booking.id == booking_id)

    def add(self, booking: Booking) -> None:
        for room in booking.rooms:
            self.house.take(room.room, booking.check_in, booking.check_out, owner=room.id, until=booking.release_at)
        self.bookings.append(booking)

    # Holds

    def why_not_payable(self, booking: Booking) -> tuple[int, str] | None:
        """The refusal that a guest hears who wants to pay, in the order in which they are looked at."""
        if booking.timing != "pay_now":
            return 409, "not_payable"
        if booking.payment_status != "unpaid" or booking.money == "success":
            return 409, "booking_is_paid"
        if booking.money == "review":
            return 409, "payment_in_review"
        if booking.status == "expired":
            return 410, "hold_expired"
        if booking.status != "pending_payment":
            return 409, "not_payable"
        if booking.hold_ends is None or booking.hold_ends <= self.now:
            return 410, "hold_expired"
        return None if self.house.keeps_holds else (409, "hotel_not_selling")

    def start(self, booking: Booking, payment: Payment) -> None:
        """A fresh attempt; the first of a booking leaves its guest time to pay."""
        assert booking.hold_ends is not None
        if not booking.is_started:
            promised = max(booking.hold_ends, self.now + EXTENSION)
            booking.is_warned = booking.is_warned and promised == booking.hold_ends
            booking.is_started, booking.hold_ends = True, promised
            booking.release_at = promised + GRACE
        for taking in self.house.of([room.id for room in booking.rooms]):
            taking.until = booking.release_at
        booking.payments.append(payment)

    def expire(self, booking: Booking) -> None:
        booking.status = "expired"
        self.house.give_back([room.id for room in booking.rooms])

    def cancel(self, booking: Booking) -> None:
        booking.status = "cancelled"
        self.house.give_back([room.id for room in booking.rooms])

    def sweep(self) -> None:
        """The tick that lets holds go, and notes for whom the gateway is to be asked once more."""
        for booking in self.bookings:
            if booking.status != "pending_payment" or booking.hold_ends is None or booking.release_at is None:
                continue
            booking.is_asked = booking.is_asked or (booking.is_started and booking.hold_ends <= self.now)
            if booking.release_at <= self.now:
                self.expire(booking)

    # Money in

    def learn(self, booking: Booking, payment: Payment) -> bool:
        """The application hears what the gateway says of the payment. True: that nobody has paid."""
        said = payment.at_gateway
        if said == "success":
            self._accept_or_doubt(booking, payment)
        elif said == "reversed":
            payment.state = "reversed"
        elif said == "failed":
            payment.state = "failed" if payment.state == "initialized" else payment.state
        elif payment.state in OPEN and not self.is_waited_for(booking, payment):
            payment.state = "abandoned"
        return said in (None, "failed", "abandoned")

    def is_waited_for(self, booking: Booking, _payment: Payment) -> bool:
        return booking.status == "pending_payment"

    def _accept_or_doubt(self, booking: Booking, payment: Payment) -> None:
        if payment.state in (*MONEY_IS_IN, "reversed"):
            return
        if payment.lie:
            payment.state = "review"
        else:
            self.accept(booking, payment)

    def accept(self, booking: Booking, payment: Payment) -> None:
        """The money counts: it pays its part, or it is the second that does and goes back."""
        payment.kept = not any(one.kept for one in booking.payments if one.part == payment.part)
        payment.state = "success"
        if not payment.kept:
            payment.is_applied = True
            self.owe(booking, payment, payment.left)

    def give_up_waiting(self, booking: Booking) -> None:
        """At the end of a hold the gateway said that nobody paid any of its attempts."""
        if all(payment.state not in (*MONEY_IS_IN, "reversed") for payment in booking.payments):
            self.expire(booking)
            for payment in booking.payments:
                payment.state = "abandoned" if payment.state in OPEN else payment.state

    def apply(self, booking: Booking, payment: Payment) -> str | None:
        """The booking hears of its money. Returns the rung of the ladder that gave it rooms, if one did; `place` says which rooms."""
        if payment.state != "success" or not payment.kept or payment.is_applied:
            return None
        payment.is_applied = True
        booking.paid += payment.amount
        if booking.status == "cancelled":
            self.all_back(booking, payment)
            return None
        if booking.status not in ("pending_payment", "expired"):
            booking.payment_status = "paid"
            return None
        rung = self._rung(booking)
        if rung is None:
            self.expire(booking)
            self.all_back(booking, payment)
        else:
            booking.status, booking.payment_status = "confirmed", "paid"
        return rung

    def _rung(self, booking: Booking) -> str | None:
        owners = [room.id for room in booking.rooms]
        own = self.house.of(owners)
        if self.house.keeps_holds and booking.status == "pending_payment" and len(own) == len(owners):
            for taking in own:
                taking.until = None
            return "held"
        if self.house.keeps_holds and booking.status == "pending_payment":
            self.house.give_back(owners)
        return self._climbed(booking) if self.house.sells else None

    def _climbed(self, booking: Booking) -> str | None:
        first, end = booking.check_in, booking.check_out
        if all(self.house.is_free(room.room, first, end) for room in booking.rooms):
            return "same_rooms"
        if self.house.has(counted([room.type_id for room in booking.rooms]), first, end):
            return "same_types"
        better = self.better_types(booking)
        return "better_type" if better and self.house.has(counted(better), first, end) else None

    def better_types(self, booking: Booking) -> list[str]:
        """For each room its own type while one of it is free, else the next dearer one; nothing when there is none."""
        left: dict[str, int] = {}
        wanted: list[str] = []
        for room in booking.rooms:
            own = room.type_id
            left.setdefault(own, len(self.house.free(own, booking.check_in, booking.check_out)))
            better = own if left[own] > 0 else self.house.dearer(own)
            if better is None:
                return []
            left.setdefault(better, len(self.house.free(better, booking.check_in, booking.check_out)))
            left[better] -= 1
            wanted.append(better)
        return wanted

    def place(self, booking: Booking, rung: str, got: dict[str, str]) -> None:
        """Puts a booking that climbed into the rooms that it got. Fails when the rung does not lead there, or when one is not free."""
        types = {room.id: room.type_id for room in booking.rooms}
        if rung == "better_type":
            types = {room.id: new for room, new in zip(booking.rooms, self.better_types(booking), strict=True)}
        if rung == "same_rooms":
            assert got == {room.id: room.room for room in booking.rooms}
        for room in booking.rooms:
            assert self.house.types[got[room.id]] == types[room.id]
            self.take_for(room, got[room.id], booking.check_in, booking.check_out)

    def take_for(self, room: Slept, physical: str, first: date, end: date) -> None:
        self.house.take(physical, first, end, owner=room.id, until=None)
        room.room, room.type_id = physical, self.house.types[physical]

    # Money out

    def all_back(self, booking: Booking, payment: Payment) -> None:
        booking.returned += payment.left
        self.owe(booking, payment, payment.left)

    def owe(self, booking: Booking, payment: Payment, amount: int) -> None:
        """A refund whose id is not known yet."""
        if amount > 0:
            payment.refunds.append(Refund("", amount))
            if payment.kept:
                booking.payment_status = "refund_due"

    def request(self, payment: Payment, refund: Refund) -> str:
        """The job that sends it: `nothing`, `post` or `look`, and what is committed before the gateway is called."""
        if refund.state == "due":
            if any(other.state in IN_FLIGHT for other in payment.refunds):
                return "nothing"
            refund.state = "requested"
        if refund.state != "requested" or refund.is_known:
            return "nothing"
        if refund.asked_at is None:
            refund.asked_at = self.now
            return "post"
        return "nothing" if self.now < refund.asked_at + PATIENCE else "look"

    def advance(self, booking: Booking, payment: Payment, refund: Refund) -> None:
        """The application hears how far the gateway is with it."""
        to = (refund.at_gateway or "").replace("-", "_")
        if to not in BACK.get(refund.state, ()):
            return
        refund.state = to
        if to != "processed":
            return
        whole = payment.state == "review" or refund.amount >= payment.amount
        payment.refunded = min(payment.amount, payment.refunded + refund.amount)
        if whole and payment.state in MONEY_IS_IN:
            payment.state = "reversed"
        if payment.kept and not any(one.state == "due" for one in payment.refunds):
            self.balance(booking, payment)

    def balance(self, booking: Booking, payment: Payment) -> None:
        """What the booking says of its money once a refund is through."""
        whole = payment.refunded == payment.amount
        booking.payment_status = "refunded" if whole else "partially_refunded"
