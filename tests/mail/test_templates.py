"""Every kind of mail says what its reader must know, in both forms, and nothing that others put into its mouth."""

import re
from datetime import UTC, date, datetime, time
from html.parser import HTMLParser
from typing import Any

import pytest
from jinja2 import UndefinedError

from app.mail.templates import Kind, Rendered, render

STAY: dict[str, Any] = {
    "guest_name": "Ngozi Ọlá",
    "hotel_name": "Eko Palms",
    "hotel_address": "1 Marina, Lagos",
    "hotel_phone": "+2348000000000",
    "time_zone": "Africa/Lagos",
    "reference": "SS-7KQ2M",
    "check_in": date(2026, 12, 4),
    "check_out": date(2026, 12, 6),
    "nights": 2,
    "check_in_from": time(14),
    "check_out_until": time(12),
    "rooms": [
        {"type_name": "Deluxe Double", "plan_name": "Flexible", "room_number": "204"},
        {"type_name": "Standard Twin", "plan_name": "Saver"},
    ],
    "total": 12_500_000,
    "currency": "NGN",
}
LINK = "https://web.example.com/bookings/SS-7KQ2M#token-of_43-characters"
LINKED = {"link": LINK, "link_opens": True}
GUEST_CONTACT = {"guest_email": "ngozi@example.com", "guest_phone": "+2348000000009"}
CANCELLED: dict[str, Any] = {
    "cancelled_by": "guest",
    "penalty_amount": 2_500_000,
    "refund_amount": 10_000_000,
    "owed_amount": 0,
}
OTHER = {
    "check_in": date(2026, 12, 11),
    "check_out": date(2026, 12, 14),
    "rooms": [{"type_name": "Small Single", "plan_name": "Saver"}],
    "total": 15_000_000,
}
CHANGED: dict[str, Any] = {
    "before": OTHER,
    "paid_amount": 0,
    "refund_amount": 2_000_000,
    "forfeited_amount": 500_000,
    "payment_timing": "pay_now",
    "difference": -2_500_000,
}
WANTED: dict[str, Any] = {"after": OTHER}
MORE: dict[str, dict[str, Any]] = {
    "booking_confirmed": {"payment_timing": "pay_now", "free_until": datetime(2026, 12, 2, 13, tzinfo=UTC)} | LINKED,
    "booking_confirmed_hotel": GUEST_CONTACT | {"payment_timing": "pay_now", "special_requests": "A quiet room"},
    "booking_moved": {"outcome": "better_type", "booked_rooms": [{"type_name": "Small Single", "plan_name": "Saver"}]}
    | LINKED,
    "booking_link": LINKED,
    "booking_expired_refund": {"refund_amount": 12_500_000},
    "refund_due": {"refund_amount": 12_500_000, "refund_reason": "paid_twice"},
    "refund_processed": {"refund_amount": 9_950_050},
    "refund_needs_attention": {"refund_amount": 12_500_000},
    "booking_cancelled": CANCELLED,
    "booking_cancelled_hotel": CANCELLED,
    "booking_changed": CHANGED | LINKED,
    "booking_changed_hotel": CHANGED,
    "change_waiting": WANTED
    | {"difference": 2_500_000, "asked_by": "hotel", "expires_at": datetime(2026, 12, 2, 13, tzinfo=UTC)}
    | LINKED,
    "change_lapsed": WANTED | LINKED,
    "hold_expired": {},
}
FACTS: dict[str, list[str]] = {
    "booking_confirmed": ["confirmed", "Paid", "₦125,000.00", "Wed 2 Dec 2026, 14:00", "calendar", LINK],
    "booking_confirmed_hotel": ["ngozi@example.com", "+2348000000009", "Paid", "₦125,000.00", "A quiet room"],
    "booking_moved": ["confirmed", "a better room", "Small Single", "₦125,000.00", "nothing", LINK],
    "booking_link": ["you asked for the link", "do not pass it on", LINK],
    "booking_expired_refund": ["not confirmed", "all of your money", "₦125,000.00", "3–10 working days"],
    "refund_due": ["more than once", "₦125,000.00", "3–10 working days"],
    "refund_processed": ["₦99,500.50", "your bank"],
    "refund_needs_attention": ["₦125,000.00", "account number", "answer this mail"],
    "booking_cancelled": ["as you asked", "Cancellation fee", "₦25,000.00", "₦100,000.00", "3–10 working days"],
    "booking_cancelled_hotel": ["by the guest", "₦25,000.00", "₦100,000.00", "on sale again"],
    "booking_changed": [
        "is changed",
        "Fri 11 Dec 2026",
        "Small Single",
        "₦150,000.00",
        "₦20,000.00",
        "₦5,000.00",
        LINK,
    ],
    "booking_changed_hotel": ["is changed", "Fri 11 Dec 2026", "Small Single", "₦150,000.00", "Refunded", "₦5,000.00"],
    "change_waiting": [
        "Eko Palms has prepared",
        "₦25,000.00",
        "Wed 2 Dec 2026, 14:00",
        "Fri 11 Dec 2026",
        "Small Single",
        LINK,
    ],
    "change_lapsed": ["stands as it was", "Mon 14 Dec 2026", "Small Single", "If you have paid nonetheless", LINK],
    "hold_expired": ["no longer held", "no payment reached us", "If you have paid nonetheless"],
}
EVERYWHERE = ["SS-7KQ2M", "Fri 4 Dec 2026, from 14:00", "Sun 6 Dec 2026, until 12:00", "2 nights", "SmartStay"]
EVERYWHERE += ["Deluxe Double, room 204", "(Flexible)", "Standard Twin", "(Saver)", "Ngozi Ọlá", "Eko Palms"]
OF_NO_STAY = {"hotel_moved", "hotel_invitation"}  # tests/mail/test_hotel_templates.py
KINDS = [str(kind) for kind in Kind if str(kind) not in OF_NO_STAY]


class _Reader(HTMLParser):
    """The words that a reader sees, and the names of all elements and attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.hidden += tag in {"style", "title"}

    def handle_endtag(self, tag: str) -> None:
        self.hidden -= tag in {"style", "title"}

    def handle_data(self, data: str) -> None:
        if not self.hidden:
            self.words.append(data)


def _read(html: str) -> _Reader:
    reader = _Reader()
    reader.feed(html)
    return reader


def _seen(html: str) -> str:
    return re.sub(r"\s+", " ", "".join(_read(html).words))


def _mail(kind: str, **changes: Any) -> Rendered:
    return render(kind, **(STAY | MORE[kind] | changes))


def test_every_kind_is_tested() -> None:
    assert sorted(KINDS) == sorted(MORE) == sorted(FACTS)


@pytest.mark.parametrize("kind", KINDS)
def test_both_forms_tell_the_facts(kind: str) -> None:
    mail = _mail(kind)
    seen = _seen(mail.html)
    hotel_only = {"Ngozi Ọlá"} if kind == "booking_confirmed_hotel" else set()
    for fact in [*EVERYWHERE, *FACTS[kind]]:
        assert fact.replace("(", "").replace(")", "") in mail.text.replace("(", "").replace(")", ""), (fact, hotel_only)
        assert fact in seen, fact
    assert "None" not in mail.text + seen


@pytest.mark.parametrize("kind", KINDS)
def test_the_subject_is_a_line_with_the_reference(kind: str) -> None:
    mail = _mail(kind)
    assert "SS-7KQ2M" in mail.subject
    assert "\n" not in mail.subject
    assert 20 <= len(mail.subject) <= 100
    assert not mail.text.startswith(mail.subject)


@pytest.mark.parametrize("kind", KINDS)
def test_what_may_be_missing_may_be_missing(kind: str) -> None:
    optional = {"hotel_phone", "time_zone", "currency", "free_until", "guest_phone", "special_requests"}
    fields = {name: value for name, value in (STAY | MORE[kind]).items() if name not in optional}
    mail = render(kind, **fields)
    assert "SS-7KQ2M" in mail.text
    assert "None" not in mail.text + _seen(mail.html)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "hold_expired"])
def test_what_is_needed_is_needed(kind: str) -> None:
    needed = next(iter(MORE[kind]))
    with pytest.raises(UndefinedError, match=needed):
        render(kind, **{name: value for name, value in (STAY | MORE[kind]).items() if name != needed})


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="no_such_mail"):
        render("no_such_mail", **STAY)


NAUGHTY = "<script>alert(1)</script> & \"Sons\" 'x' <img src=x onerror=1> --> ]]> {{ 7*7 }}"


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_typed_becomes_markup(kind: str) -> None:
    room = {"type_name": NAUGHTY, "plan_name": NAUGHTY, "room_number": NAUGHTY}
    typed = dict.fromkeys(("guest_name", "hotel_name", "hotel_address", "hotel_phone", "reference"), NAUGHTY)
    typed |= dict.fromkeys(("guest_email", "guest_phone", "special_requests", "cancel_reason"), NAUGHTY)
    mail = _mail(kind, **typed, rooms=[room], booked_rooms=[room])
    clean, read = _read(_mail(kind, rooms=[STAY["rooms"][0]], cancel_reason="Plans").html), _read(mail.html)
    assert read.elements - clean.elements == set()
    assert read.attributes - clean.attributes == set()
    assert "script" not in read.elements
    assert "49" not in mail.text
    assert NAUGHTY in _seen(mail.html)
    assert NAUGHTY in mail.text


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\x00", "\u2028", "\x0b", "\x85"])
@pytest.mark.parametrize("kind", KINDS)
def test_no_line_can_be_smuggled_in(kind: str, end: str) -> None:
    name = f"Ngozi{end}Bcc: eve@example.com{end}{end}Pay here"
    mail = _mail(kind, guest_name=name, hotel_name=name, reference=name)
    usual = _mail(kind)
    assert len(mail.subject.splitlines()) == 1
    assert len(mail.text.splitlines()) == len(usual.text.splitlines())
    assert not [line for line in mail.text.splitlines() if line.startswith(("Bcc:", "Pay here"))]


def test_text_that_turns_its_direction_is_set_straight() -> None:
    assert "Dear Ngozi evil," in _mail("hold_expired", guest_name="Ngozi \u202eevil").text


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_loaded_from_elsewhere(kind: str) -> None:
    html = _mail(kind).html
    read = _read(html)
    assert read.elements & {"img", "link", "script", "iframe"} == set()
    assert set(re.findall(r'href="([^"]*)"', html)) <= {LINK}
    assert "@import" not in html
    assert "url(" not in html
    assert 'lang="en"' in html
    assert "width=device-width" in html


@pytest.mark.parametrize(("timing", "words"), [("pay_now", "Paid"), ("pay_at_hotel", "To pay at the hotel")])
def test_a_guest_reads_whether_it_is_paid(timing: str, words: str) -> None:
    mail = _mail("booking_confirmed", payment_timing=timing)
    others = {"Paid", "To pay at the hotel"} - {words}
    assert words in mail.text
    assert words in _seen(mail.html)
    assert not [other for other in others if other in mail.text or other in _seen(mail.html)]


@pytest.mark.parametrize(
    ("outcome", "words"),
    [("same_types", "in another room of the same type"), ("better_type", "in a better room, at the price you paid")],
)
def test_a_moved_guest_reads_what_he_got(outcome: str, words: str) -> None:
    mail = _mail("booking_moved", outcome=outcome)
    assert words in mail.text
    assert words in _seen(mail.html)


@pytest.mark.parametrize(
    ("outcome", "words"),
    [("same_types", "other rooms of the same type"), ("better_type", "rooms of a better type"), ("same_rooms", None)],
)
def test_a_hotel_reads_where_a_late_payer_went(outcome: str, words: str | None) -> None:
    mail = _mail("booking_confirmed_hotel", outcome=outcome)
    assert ("after the hold had ended" in mail.text) is (words is not None)
    assert (words or "New booking") in _seen(mail.html)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("paid_twice", "paid more than once"),
        ("booking_cancelled", "after your booking had been cancelled"),
        ("hotel_not_selling", "has stopped taking bookings with us"),
        ("penalty_waived", "Eko Palms has let you off"),
        ("change_lapsed", "after the time for changing your booking had ended"),
        ("review", "we are sending you"),
    ],
)
def test_a_refund_says_why(reason: str, words: str) -> None:
    mail = _mail("refund_due", refund_reason=reason)
    assert words in mail.text
    assert words in _seen(mail.html)


@pytest.mark.parametrize(
    ("by", "guest_reads", "hotel_reads"),
    [
        ("guest", "as you asked", "by the guest"),
        ("hotel", "Eko Palms has cancelled", "by the hotel"),
        ("platform", "we had to cancel", "by SmartStay"),
    ],
)
def test_a_cancellation_says_by_whom(by: str, guest_reads: str, hotel_reads: str) -> None:
    for kind, words in (("booking_cancelled", guest_reads), ("booking_cancelled_hotel", hotel_reads)):
        mail = _mail(kind, cancelled_by=by, cancel_reason="Burst pipe")
        assert words in mail.text
        assert words in _seen(mail.html)
        assert "Burst pipe" in mail.text
        assert "Burst pipe" in _seen(mail.html)


def test_without_money_back_nothing_is_promised() -> None:
    mail = _mail("booking_cancelled", refund_amount=0, penalty_amount=0)
    assert "There is nothing to refund." in mail.text
    assert "working days" not in mail.text + _seen(mail.html)
    assert "Cancellation fee" not in mail.text + _seen(mail.html)


def test_what_is_owed_is_told_to_both_and_collected_by_nobody() -> None:
    guest, hotel = (
        _mail(kind, owed_amount=2_500_000, refund_amount=0) for kind in ("booking_cancelled", "booking_cancelled_hotel")
    )
    assert "We do not collect it" in guest.text
    assert "₦25,000.00 is not paid" in _seen(guest.html)
    for read in (hotel.text, _seen(hotel.html)):
        assert "fee that the guest owes you" in read
        assert "fee kept" not in read


@pytest.mark.parametrize("kind", [kind for kind in KINDS if "link" in MORE[kind]])
def test_a_guest_with_an_account_is_told_to_log_in(kind: str) -> None:
    mail = _mail(kind, link="https://web.example.com/bookings/SS-7KQ2M", link_opens=False)
    for read in (mail.text, _seen(mail.html)):
        assert "you will be asked to log in" in read
        assert "do not pass it on" not in read


def test_times_are_those_on_the_hotels_wall() -> None:
    mail = _mail("booking_confirmed", free_until=datetime(2026, 12, 2, 23, 30, tzinfo=UTC))
    assert "until Thu 3 Dec 2026, 00:30" in mail.text


def test_one_night_is_no_plural() -> None:
    assert "1 night\n" in _mail("hold_expired", nights=1).text
