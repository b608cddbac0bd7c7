"""Giving a booking up has its price: by the guest, by the hotel, and the hotel may let him off. The rest of his money goes back."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.api import new_key
from tests.machine.books import Books
from tests.machine.ground import Ground, kobo_back, nth, refused
from tests.machine.guests import some
from tests.machine.model import Booking, Payment

FREE_HOURS = 48
ARRIVAL = time(14), ZoneInfo("Africa/Lagos")


def cost_of(booking: Booking, at: datetime) -> int:
    """By the terms of every plan here: nothing until two days before arrival, then the first night, and its share of what stands on top."""
    arrival = datetime.combine(booking.check_in, ARRIVAL[0], ARRIVAL[1])
    if booking.status == "pending_payment" or at < arrival - timedelta(hours=FREE_HOURS):
        return 0
    kept, rooms = sum(room.nights[0] for room in booking.rooms), sum(sum(room.nights) for room in booking.rooms)
    return kept + (2 * (booking.total - rooms) * kept + rooms) // (2 * rooms)


class BooksOfTerms(Books):
    """What a booking was paid and what it promised back are its own sums; its word on its money follows from payments and refunds."""

    def all_back(self, booking: Booking, payment: Payment) -> None:
        booking.returned += payment.left
        self.owe(booking, payment, payment.left)

    def balance(self, booking: Booking, _payment: Payment) -> None:
        applied = [one for one in booking.payments if one.kept and one.is_applied]
        refunds = [refund for one in applied for refund in one.refunds]
        ordered = sum(min(one.amount, kobo_back(one)) for one in applied)
        paid, refunded = sum(one.amount for one in applied), sum(one.refunded for one in applied)
        if not paid:
            booking.payment_status = "unpaid"
        elif booking.returned > ordered or any(one.state not in ("processed", "failed") for one in refunds):
            booking.payment_status = "refund_due"
        elif not refunded:
            booking.payment_status = "paid"
        else:
            booking.payment_status = "refunded" if refunded >= paid else "partially_refunded"

    def promise_back(self, booking: Booking, amount: int) -> None:
        if amount > 0:
            booking.returned += amount
            booking.payment_status = "refund_due"

    def send_back(self, booking: Booking) -> None:
        """The job that orders what was promised, of the newest part's money first."""
        applied = [one for one in booking.payments if one.kept and one.is_applied]
        owed = booking.returned - sum(min(one.amount, kobo_back(one)) for one in applied)
        for payment in sorted(applied, key=lambda one: one.part, reverse=True):
            amount = min(owed, payment.left) if payment.state == "success" else 0
            self.owe(booking, payment, amount)
            owed -= max(0, amount)
        self.balance(booking, applied[0] if applied else booking.payments[0])


class Terms(Ground):
    books_of = BooksOfTerms
    books: BooksOfTerms

    @precondition(lambda self: self.books.bookings)
    @rule(which=some, by=st.sampled_from(["guest", "guest", "promise", "hotel"]), twice=st.booleans())
    def cancel(self, which: int, by: str, twice: bool) -> None:
        """The guest bears what his terms say, or what a preview promised; who is cancelled by the hotel bears nothing."""
        booking, key = nth(self.books.bookings, which), new_key()
        cost = 0 if by == "hotel" else cost_of(booking, datetime.now(UTC))
        may = booking.status in ("pending_payment", "confirmed")
        token = self._previewed(booking, cost, may=may) if by == "promise" else None
        answer = self._give_up(booking, by, key, token)
        if not may:
            refused(answer, 409, "illegal_transition")
            return
        assert (answer.status_code, answer.json["status"]) == (200, "cancelled"), answer.text
        back = max(0, booking.paid - booking.returned - cost)
        told = answer.json["cancelled"]
        assert (told["penalty_amount"], told["refund_amount"]) == (cost, back)
        self.books.cancel(booking)
        booking.penalty = cost
        self.books.promise_back(booking, back)
        if twice:
            assert self._give_up(booking, by, key, token).status_code == 200

    def _previewed(self, booking: Booking, cost: int, *, may: bool) -> str | None:
        told = self.caller(booking).get(f"/bookings/{booking.id}/cancellation")
        if not may:
            refused(told, 409, "illegal_transition")
            return None
        assert told.json["penalty_amount"] == cost, told.text
        return str(told.json["token"])

    def _give_up(self, booking: Booking, by: str, key: str, token: str | None) -> Any:
        if by == "hotel":
            path, body = f"{self.hotel_path}/bookings/{booking.id}/cancel", {"reason": "a pipe broke"}
            return self.place.owner.post(path, body | {"reason_code": "other"}, key=key)
        body = {} if token is None else {"preview_token": token}
        return self.caller(booking).post(f"/bookings/{booking.id}/cancel", body, key=key)

    @precondition(lambda self: any(booking.status == "cancelled" for booking in self.books.bookings))
    @rule(which=some, share=st.sampled_from([0, 50, 100]))
    def waive(self, which: int, share: int) -> None:
        """A penalty is lowered to a share of it, never raised; what was paid above it goes back."""
        booking = nth([one for one in self.books.bookings if one.status == "cancelled"], which)
        amount = booking.penalty * share // 100
        body = {"penalty_amount": amount, "reason": "a good guest"}
        path = f"{self.hotel_path}/bookings/{booking.id}/waiver"
        answer = self.place.owner.post(path, body, key=new_key())
        if amount >= booking.penalty:
            refused(answer, 409, "nothing_to_waive")
            return
        assert answer.status_code == 200, answer.text
        booking.penalty = amount
        self.books.promise_back(booking, max(0, booking.paid - booking.returned - amount))

    def refund_due(self, payload: dict[str, Any], _mood: str) -> None:
        self.books.send_back(self.books.booking(payload["booking_id"]))
