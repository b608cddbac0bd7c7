"""Mails about accounts: what each says, in both forms, and that nothing typed becomes markup or a second link."""

import re
from typing import Any

import pytest
from jinja2 import UndefinedError

from app.mail.templates import AccountKind, Rendered, render
from tests.mail.test_templates import NAUGHTY, _read, _seen

LINK = "https://smartstay.example/verify-email#token=abc-DEF_123"
MORE: dict[str, dict[str, Any]] = {
    "verify_email": {"link": LINK},
    "change_email": {"link": LINK},
    "email_change_asked": {"new_email": "new@example.com"},
    "email_changed": {"new_email": "new@example.com"},
    "email_in_use": {},
    "reset_password": {"link": LINK},
    "password_changed": {},
    "account_suspended": {"reason": "Cards of others"},
    "account_reinstated": {"reason": "A mistake"},
}
FACTS: dict[str, list[str]] = {
    "verify_email": ["24 hours", "once", "If it was not you, do nothing"],
    "change_email": ["24 hours", "once", "the account keeps the e-mail it has"],
    "email_change_asked": ["new@example.com", "change your password now"],
    "email_changed": ["is now new@example.com", "answer this mail at once"],
    "email_in_use": ["Nothing has changed"],
    "reset_password": ["30 minutes", "once", "ends all your sessions", "your password stays as it is"],
    "password_changed": ["has a new password", "If it was not you"],
    "account_suspended": ["nobody can log in with it", "The reason given: Cards of others", "answer this mail"],
    "account_reinstated": ["is lifted", "The reason given: A mistake", "have a new one mailed"],
}
KINDS = [str(kind) for kind in AccountKind]


def _mail(kind: str, **changes: Any) -> Rendered:
    return render(kind, **({"person_name": "Ngozi Ọlá"} | MORE[kind] | changes))


def test_every_kind_is_tested() -> None:
    assert sorted(KINDS) == sorted(MORE) == sorted(FACTS)


@pytest.mark.parametrize("kind", KINDS)
def test_both_forms_tell_the_facts(kind: str) -> None:
    mail = _mail(kind)
    seen = _seen(mail.html)
    for fact in ["Dear Ngozi Ọlá,", *FACTS[kind]]:
        assert fact in mail.text, fact
        assert fact in seen, fact
    assert "SmartStay" in mail.subject
    assert "booking" not in mail.text.lower() + seen.lower()


@pytest.mark.parametrize("kind", KINDS)
def test_the_only_link_is_ours(kind: str) -> None:
    mail = _mail(kind)
    expected = [LINK] if "link" in MORE[kind] else []
    assert re.findall(r"https?://\S+", mail.text) == expected
    assert re.findall(r'href="([^"]*)"', mail.html) == expected
    assert (LINK in _seen(mail.html)) is bool(expected)
    assert _read(mail.html).elements & {"img", "link", "script", "iframe"} == set()
    assert "url(" not in mail.html


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_typed_becomes_markup(kind: str) -> None:
    clean, mail = _read(_mail(kind).html), _mail(kind, person_name=NAUGHTY)
    read = _read(mail.html)
    assert read.elements - clean.elements == set()
    assert read.attributes - clean.attributes == set()
    assert NAUGHTY in _seen(mail.html)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("end", ["\r\n", "\n", "\u2028"])
def test_no_line_can_be_smuggled_in(kind: str, end: str) -> None:
    mail = _mail(kind, person_name=f"Ngozi{end}Bcc: eve@example.com{end}Pay here")
    assert len(mail.text.splitlines()) == len(_mail(kind).text.splitlines())
    assert len(mail.subject.splitlines()) == 1


@pytest.mark.parametrize("kind", [kind for kind in KINDS if MORE[kind].keys() - {"reason"}])
def test_what_is_needed_is_needed(kind: str) -> None:
    (needed,) = MORE[kind]
    if needed == "link":
        assert "Or copy this address" not in render(kind, person_name="Ada", link="x").text
    with pytest.raises(UndefinedError, match=needed):
        render(kind, person_name="Ada")
