"""The mail as text: alternatives, the calendar, names of all kinds, and headers that stay ours."""

import email
import email.policy
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import pytest

from app.core.columns import new_id
from app.mail.errors import MailRefused
from app.mail.message import compose
from app.mail.models import OutgoingEmail

FROM = "SmartStay <bookings@smartstay.example>"
CALENDAR = "BEGIN:VCALENDAR\r\nSUMMARY:Ọjọ́\r\nEND:VCALENDAR\r\n"
ATTACHED = {"filename": "stay.ics", "content_type": "text/calendar; method=PUBLISH", "content": CALENDAR}


def _row(**fields: Any) -> OutgoingEmail:
    email_id = new_id()
    values = {"subject": "Your stay", "text": "Welcome.\n", "html": "<p>Welcome.</p>", "attachments": []}
    values |= {"recipient": "ada.obi@example.com", "message_id": f"<{email_id}@smartstay.example>"}
    return OutgoingEmail(id=email_id, created_at=datetime(2026, 11, 22, 10, tzinfo=UTC), **(values | fields))


def _raw(mail_from: str = FROM, **fields: Any) -> bytes:
    return compose(_row(**fields), mail_from).as_bytes()


def _read(raw: bytes) -> EmailMessage:
    return email.message_from_bytes(raw, policy=email.policy.default)


def _shape(message: EmailMessage) -> list[str]:
    return [part.get_content_type() for part in message.walk()]


def test_text_comes_with_html() -> None:
    message = _read(_raw())
    assert _shape(message) == ["multipart/alternative", "text/plain", "text/html"]
    assert message["Date"].datetime == datetime(2026, 11, 22, 10, tzinfo=UTC)
    assert message["Auto-Submitted"] == "auto-generated"


def test_a_calendar_is_attached_with_its_method() -> None:
    message = _read(_raw(attachments=[ATTACHED]))
    shape = ["multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar"]
    assert _shape(message) == shape
    (part,) = message.iter_attachments()
    assert part.get_param("method") == "PUBLISH"
    assert part.get_content_charset() == "utf-8"
    assert part.get_filename() == "stay.ics"
    payload = part.get_payload(decode=True)
    assert payload == CALENDAR.encode()


@pytest.mark.parametrize(
    "subject",
    [
        "Confirmed: Ẹ̀kọ́ Hôtel & Suites, ₦125,000.00 (SS-7KQ2M)",
        "Ọ" * 200,
        "A very long subject " * 12 + 'Ìbàdàn, Ògùn, "quotes", <angles>, comma; and = signs ₦',
    ],
)
def test_subjects_arrive_as_they_were(subject: str) -> None:
    raw = _raw(subject=subject)
    assert raw.isascii()
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998
    assert _read(raw)["Subject"] == subject.strip()


def test_an_encoded_word_is_no_way_to_smuggle_a_header_in() -> None:
    message = _read(_raw(subject="=?utf-8?q?Hi=0D=0ABcc:_eve@example.com?="))
    assert message["Bcc"] is None
    assert message["Subject"] == "= ?utf-8?q?Hi=0D=0ABcc:_eve@example.com?="


def test_bodies_arrive_as_they_were() -> None:
    text, html = "Ẹ káàbọ̀, ₦5.00\n.\n..dots\nFrom here\n" + "long " * 400 + "\n", "<p>Ẹ káàbọ̀ " + "x" * 3000 + "</p>"
    message = _read(_raw(text=text, html=html))
    plain, rich = message.get_body(("plain",)), message.get_body(("html",))
    assert plain is not None
    assert rich is not None
    assert plain.get_content() == text.replace("\n", "\r\n")
    assert rich.get_content() == html + "\r\n"


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\u2028", "\x0b", "\x85", "\x00\r\n"])
@pytest.mark.parametrize("before", ["Hello", "Ọjọ́", "H" * 90])
def test_no_header_can_be_smuggled_in(end: str, before: str) -> None:
    attached = ATTACHED | {"filename": f"stay{end}X-Evil: 1.ics", "content_type": f"text/calendar{end}X-Evil: 1"}
    message = _read(_raw(subject=f"{before}{end}Bcc: eve@example.com{end}{end}body", attachments=[attached]))
    assert message["Bcc"] is None
    assert message["Subject"] == f"{before} Bcc: eve@example.com body"
    assert message["To"] == "ada.obi@example.com"
    assert all(part["X-Evil"] is None for part in message.walk())
    assert set(message.keys()) == {
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "MIME-Version", "Content-Type",
    }  # fmt: skip


@pytest.mark.parametrize(
    "recipient",
    [
        "",
        "ada",
        "ada@",
        "@example.com",
        "a@example.com, b@example.com",
        "Ada <ada@example.com>",
        "a@b\r\nBcc: c@d.example",
    ],
)
def test_a_recipient_is_one_address(recipient: str) -> None:
    with pytest.raises(MailRefused):
        compose(_row(recipient=recipient), FROM)


def test_a_domain_in_other_letters_travels_in_its_ascii_form() -> None:
    assert _read(_raw(recipient="ada@bücher.example"))["To"] == "ada@xn--bcher-kva.example"


def test_a_sender_with_a_name_in_other_letters() -> None:
    sender = _read(_raw("Ilé Ìtura <stay@smartstay.example>"))["From"].addresses[0]
    assert (sender.display_name, sender.addr_spec) == ("Ilé Ìtura", "stay@smartstay.example")


def test_a_long_message_id_survives() -> None:
    message_id = f"<{new_id()}@mail.a-rather-long-name-of-a-hotel-group.bookings.smartstay.example>"
    assert _read(_raw(message_id=message_id))["Message-ID"] == message_id
