"""Giving a booking up before any money of it is in: the only way there was before cancelling had a price."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from tests.api import new_key
from tests.machine.ground import Ground, nth, refused
from tests.machine.guests import some


class CancelUnpaid(Ground):
    @precondition(lambda self: self.books.bookings)
    @rule(which=some, twice=st.booleans())
    def cancel(self, which: int, twice: bool) -> None:
        booking, key = nth(self.books.bookings, which), new_key()
        answer = self.caller(booking).post(f"/bookings/{booking.id}/cancel", {}, key=key)
        if booking.payment_status != "unpaid":
            refused(answer, 409, "booking_is_paid")
        elif booking.status not in ("pending_payment", "confirmed"):
            refused(answer, 409, "illegal_transition")
        else:
            assert (answer.status_code, answer.json["status"]) == (200, "cancelled"), answer.text
            self.books.cancel(booking)
            if twice:
                again = self.caller(booking).post(f"/bookings/{booking.id}/cancel", {}, key=key)
                assert again.status_code == 200, again.text
