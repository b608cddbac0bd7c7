"""The mailbox: what smtplib sends comes out again as JSON and as pages; and the ways a mail server fails."""

import base64
import smtplib
import time
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest
import requests

from sandbox.server import Sandbox

Act = Callable[..., Any]
CALENDAR = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nSUMMARY:Lagoon Suites\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"


def letter(to: str = "ada@example.com", subject: str = "Your booking 7Q2M9K — confirmed ✓") -> EmailMessage:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "SmartStay <stay@smartstay.example>", to, subject
    message["Message-ID"] = "<7q2m9k@smartstay.example>"
    message.set_content("Dear Ọlá, it cost ₦8,750.\n")
    message.add_alternative("<p>Dear <b>Ọlá</b></p><script>alert(1)</script>", subtype="html")
    message.add_attachment(CALENDAR.encode(), maintype="text", subtype="calendar", filename="stay.ics")
    message.add_attachment(b"\x89PNG\x00", maintype="image", subtype="png", filename="map.png")
    return message


def send(box: Sandbox, message: EmailMessage, recipients: list[str] | None = None) -> Any:
    with smtplib.SMTP("127.0.0.1", box.smtp_port, timeout=5) as client:
        return client.send_message(message, to_addrs=recipients)


def test_round_trip(box: Sandbox, control: Act) -> None:
    send(box, letter(), ["ada@example.com", "hidden@example.com"])
    (mail,) = control("GET", "/mail")
    assert mail["to"] == ["ada@example.com", "hidden@example.com"]
    assert mail["from"] == "SmartStay <stay@smartstay.example>"
    assert (mail["subject"], mail["message_id"]) == ("Your booking 7Q2M9K — confirmed ✓", "<7q2m9k@smartstay.example>")
    assert mail["text"].strip() == "Dear Ọlá, it cost ₦8,750."
    assert "<b>Ọlá</b>" in mail["html"]
    calendar, picture = mail["attachments"]
    assert (calendar["filename"], calendar["content_type"]) == ("stay.ics", "text/calendar")
    assert calendar["content"] == CALENDAR
    assert (picture["encoding"], base64.b64decode(picture["content"])) == ("base64", b"\x89PNG\x00")
    assert mail["received_at"].endswith("Z")


def test_filters_and_clearing(box: Sandbox, control: Act) -> None:
    send(box, letter("ada@example.com", "One"))
    send(box, letter("bola@example.com", "Two"))
    assert [one["subject"] for one in control("GET", "/mail?to=BOLA@example.com")] == ["Two"]
    assert [one["subject"] for one in control("GET", "/mail?subject=on")] == ["One"]
    assert control("GET", "/mail?to=ada@example.com&subject=two") == []
    assert control("DELETE", "/mail") == {"deleted": 2}
    assert control("GET", "/mail") == []


def test_pages(box: Sandbox, control: Act) -> None:
    send(box, letter())
    assert "Your booking 7Q2M9K — confirmed ✓" in requests.get(f"{box.url}/mail", timeout=5).text
    (mail,) = control("GET", "/mail")
    page = requests.get(f"{box.url}/mail/{mail['id']}", timeout=5).text
    assert "Dear Ọlá, it cost ₦8,750." in page
    assert "SUMMARY:Lagoon Suites" in page
    assert "<iframe sandbox srcdoc=" in page
    assert "<script>" not in page
    file = requests.get(f"{box.url}/mail/{mail['id']}/attachments/1", timeout=5)
    assert (file.content, file.headers["content-disposition"]) == (b"\x89PNG\x00", "attachment; filename=map.png")
    assert requests.get(f"{box.url}/mail/{mail['id']}/attachments/9", timeout=5).status_code == 404
    assert requests.get(f"{box.url}/mail/999", timeout=5).status_code == 404


def test_a_calendar_among_the_alternatives_is_an_attachment(box: Sandbox, control: Act) -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "stay@smartstay.example", "ada@example.com", "Invitation"
    message.set_content("plain")
    message.add_alternative(CALENDAR.encode(), maintype="text", subtype="calendar")
    send(box, message)
    (mail,) = control("GET", "/mail")
    assert [(one["filename"], one["content"]) for one in mail["attachments"]] == [("invite.ics", CALENDAR)]


@pytest.mark.parametrize("code", [550, 451])
def test_a_recipient_is_refused(box: Sandbox, control: Act, code: int) -> None:
    control("PUT", "/switches", scope="Ada@example.com", smtp=str(code), times=1)
    refused = send(box, letter(), ["ada@example.com", "bola@example.com"])
    assert {address: answer[0] for address, answer in refused.items()} == {"ada@example.com": code}
    assert [one["to"] for one in control("GET", "/mail")] == [["bola@example.com"]]
    control("PUT", "/switches", smtp=str(code), times=1)
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        send(box, letter())
    assert send(box, letter()) == {}


def test_421_at_the_door(box: Sandbox, control: Act) -> None:
    control("PUT", "/switches", smtp="421", times=1)
    with pytest.raises(smtplib.SMTPConnectError) as refused:
        send(box, letter())
    assert refused.value.smtp_code == 421
    assert send(box, letter()) == {}
    assert len(control("GET", "/mail")) == 1


def test_nobody_at_the_port(box: Sandbox, control: Act) -> None:
    control("PUT", "/switches", smtp="refused")
    with pytest.raises(ConnectionRefusedError):
        send(box, letter())
    control("DELETE", "/switches")
    assert send(box, letter()) == {}


def test_dropped_after_data_was_kept_all_the_same(box: Sandbox, control: Act) -> None:
    control("PUT", "/switches", smtp="drop_after_data", times=1)
    with pytest.raises((smtplib.SMTPServerDisconnected, ConnectionResetError)):
        send(box, letter())
    assert len(control("GET", "/mail")) == 1
    assert send(box, letter()) == {}
    assert len(control("GET", "/mail")) == 2


def test_a_slow_server(box: Sandbox, control: Act) -> None:
    control("PUT", "/switches", scope="ada@example.com", smtp="delay:0.15", times=1)
    began = time.monotonic()
    send(box, letter())
    assert time.monotonic() - began >= 0.15
    assert len(control("GET", "/mail")) == 1


def test_any_login_will_do(box: Sandbox, control: Act) -> None:
    with smtplib.SMTP("127.0.0.1", box.smtp_port, timeout=5) as client:
        client.login("smartstay", "whatever")
        client.send_message(letter())
    assert len(control("GET", "/mail")) == 1
