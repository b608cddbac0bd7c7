"""The mails of a hotel's life and of its people: what they say, and that nothing typed becomes more than text."""

from datetime import UTC, datetime
from typing import Any

import pytest
from jinja2 import UndefinedError

from app.hotels.emails import SILENT
from app.hotels.states import Step
from app.mail.templates import Kind, Rendered, render
from tests.mail.test_templates import NAUGHTY, OF_NO_STAY, _read, _seen

STEPS = {
    "submit": ("We have received Eko Palms", "handed in"),
    "approve": ("Eko Palms is on SmartStay", "is approved"),
    "request_changes": ("Please change something about Eko Palms", "hand it in again"),
    "reject": ("Eko Palms is not accepted", "we do not take"),
    "suspend": ("Eko Palms is suspended", "please honour each of them"),
    "reinstate": ("Eko Palms is on sale again", "is lifted"),
    "close": ("Eko Palms is closed", "for good"),
}
LINK = "http://127.0.0.1:3000/invitations/accept#token=abc_-"
INVITATION: dict[str, Any] = {
    "hotel_name": "Eko Palms",
    "member_role": "hotel_admin",
    "link": LINK,
    "expires_at": datetime(2026, 12, 1, 11, 30, tzinfo=UTC),
}


def moved(step: str, **changes: Any) -> Rendered:
    return render("hotel_moved", **{"hotel_name": "Eko Palms", "step": step, "reason": "The gate"} | changes)


def test_every_kind_and_step_is_tested() -> None:
    assert {str(Kind.HOTEL_MOVED), str(Kind.HOTEL_INVITATION)} == OF_NO_STAY
    assert {str(step) for step in Step} - {str(step) for step in SILENT} == set(STEPS)


@pytest.mark.parametrize("step", STEPS)
def test_a_step_is_told_with_its_reason(step: str) -> None:
    subject, words = STEPS[step]
    mail = moved(step)
    assert mail.subject == subject
    for form in (mail.text, _seen(mail.html)):
        assert words in form
        assert "The reason given: The gate" in form
        assert "None" not in form
    assert "reason" not in moved(step, reason=None).text


def test_a_step_that_nobody_is_told_of_has_no_words() -> None:
    with pytest.raises(UndefinedError):
        moved("pause")


@pytest.mark.parametrize(("role", "words"), [("hotel_admin", "one of its admins"), ("hotel_staff", "one of its staff")])
def test_an_invitation_says_where_as_what_and_until_when(role: str, words: str) -> None:
    mail = render("hotel_invitation", **INVITATION | {"member_role": role})
    assert mail.subject == "Eko Palms invites you to its team"
    assert LINK in mail.text.splitlines()
    assert f'href="{LINK}"' in mail.html
    for form in (mail.text, _seen(mail.html)):
        assert words in form
        assert "until Tue 1 Dec 2026, 12:30" in form


def test_nothing_typed_becomes_markup_or_another_line() -> None:
    for mail, usual in (
        (moved("reject", hotel_name=NAUGHTY, reason=NAUGHTY), moved("reject")),
        (render("hotel_invitation", **INVITATION | {"hotel_name": NAUGHTY}), render("hotel_invitation", **INVITATION)),
    ):
        assert _read(mail.html).elements == _read(usual.html).elements
        assert _read(mail.html).attributes == _read(usual.html).attributes
        assert NAUGHTY in mail.text
        assert NAUGHTY in _seen(mail.html)
    name = "Eko\r\nBcc: eve@example.com\n\nPay here"
    assert len(moved("close", hotel_name=name).subject.splitlines()) == 1
    assert len(moved("close", reason=name).text.splitlines()) == len(moved("close").text.splitlines())
