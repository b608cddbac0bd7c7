"""Second act: she pays, the webhook comes, the booking is confirmed, and everyone hears of it."""

from typing import Any

import requests

from demo.story.cast import Cast
from demo.story.people import Person
from demo.story.stage import expect, until

CARD = "4084084084084081"
FREE_AGAIN = "available"


def guest_starts_payment(cast: Cast) -> str:
    """she starts the payment and gets a link to the checkout"""
    cast.booking = _still_held(cast)
    cast.payment = cast.guest.start_payment(cast.booking["id"])
    return str(cast.payment["reference"])


def _still_held(cast: Cast) -> dict[str, Any]:
    """The booking of the first act, or, when its short hold has lapsed by now, the same room booked again."""
    now = cast.guest.booking(cast.booking["id"])
    return now if "pay" in now["actions"] else cast.guest.book(cast.request)


def guest_pays(cast: Cast) -> str:
    """the checkout page is paid with a test card, and sends the browser back"""
    return pay(cast.payment)


def pay(payment: dict[str, Any]) -> str:
    """Pays at the checkout page, as a browser would."""
    url = payment["authorization_url"]
    expect(requests.get(url, timeout=10).status_code == requests.codes.ok, "the checkout page does not open")
    form = {"card": CARD, "cvv": "408", "expiry": "12/30"}
    paid = requests.post(url, data=form, timeout=30, allow_redirects=False)
    expect(paid.status_code == requests.codes.see_other, f"checkout answered {paid.status_code}")
    page = requests.get(paid.headers["Location"], headers={"Accept": "text/html"}, timeout=30)
    expect(page.status_code == requests.codes.ok, f"the return page answered {page.status_code}")
    return "paid by card"


def booking_is_confirmed(cast: Cast) -> str:
    """webhook, verification and confirmation follow; the dashboard sees new_booking"""
    booking_id = cast.booking["id"]
    seen = cast.dashboard.wait("new_booking", booking_id=booking_id)
    booking = cast.guest.booking(booking_id)
    expect((booking["status"], booking["payment_status"]) == ("confirmed", "paid"), f"it is {booking['status']}")
    cast.phone.wait("payment_succeeded", booking_id=booking_id)
    expect(len(cast.dashboard.all("new_booking", booking_id=booking_id)) == 1, "new_booking was told twice")
    return f"{booking['reference']}, event {seen['seq']}"


def room_locks_are_gone(cast: Cast) -> str:
    """the room lock keys are gone"""
    room = cast.booking["rooms"][0]["room_id"]
    nights = {night["date"] for night in cast.booking["rooms"][0]["nights"]}
    names = {f"room_lock:{room}:{night}" for night in nights}
    until("the keys to go", lambda: not [key for key in cast.stage.room_locks() if key.endswith(tuple(names))])
    return f"{len(names)} keys"


def mail_has_come(cast: Cast) -> str:
    """the confirmation with an .ics is in the mailbox"""
    reference, to = cast.booking["reference"], cast.booking["guest"]["email"]
    mail = until("the confirmation mail", lambda: _mail(cast, to, reference))
    calendars = [file for file in mail["attachments"] if file["filename"].endswith(".ics")]
    expect(calendars and "BEGIN:VEVENT" in calendars[0]["content"], "no calendar entry is attached")
    return str(mail["subject"])


def _mail(cast: Cast, to: str, about: str) -> dict[str, Any] | None:
    return next((mail for mail in cast.stage.mails(to) if about in mail["subject"] + mail["text"]), None)


def find_mail(cast: Cast, to: str, about: str, word: str) -> dict[str, Any]:
    """The mail to an address about a booking that has the word in it."""

    def look() -> dict[str, Any] | None:
        mails = [mail for mail in cast.stage.mails(to) if about in mail["subject"] + mail["text"]]
        return next((mail for mail in mails if word in (mail["subject"] + mail["text"]).lower()), None)

    return until(f"a mail about {about} that says {word}", look)


def pay_at_hotel(cast: Cast, request: dict[str, Any]) -> Person:
    """Someone else takes what the request names, for good."""
    other = Person.registered(cast.stage, "Zainab")
    other.book(request)
    return other
