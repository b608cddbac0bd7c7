"""What lets its reader in is not kept longer than it takes to send it; what tells of an erased person, not either."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from app.core.columns import new_id
from app.core.db import transaction
from app.core.errors import Unavailable
from app.mail import service, upkeep
from app.mail.sender import send
from app.mail.service import Attachment, Erased
from sandbox.mailbox.store import MailStore
from sandbox.switches import Switches
from tests.mail.conftest import row_of

Queued = Callable[..., UUID]

SECRET: dict[str, Any] = {
    "is_secret": True,
    "text": "Open #token=secret\n",
    "html": "<p>#token=secret</p>",
    "subject": "Open secret",
    "attachments": (Attachment("secret.txt", "text/plain", "secret"),),
}


def words(email_id: UUID) -> tuple[Any, ...]:
    row = row_of(email_id)
    return row.subject, row.text, row.html, row.attachments


def age(email_id: UUID, hours: int) -> None:
    with transaction() as session:
        statement = "UPDATE outgoing_emails SET created_at = created_at - make_interval(hours => :h) WHERE id = :id"
        session.execute(text(statement), {"h": hours, "id": email_id})


def test_when_it_was_sent(queued: Queued, inbox: MailStore) -> None:
    email_id, other_id = queued(**SECRET), queued(text="No secret\n")
    send(email_id)
    send(other_id)
    assert sorted(mail.text.strip() for mail in inbox.matching()) == ["No secret", "Open #token=secret"]
    assert words(email_id) == ("", "", "", [])
    assert row_of(email_id).sent_at is not None
    assert row_of(other_id).text == "No secret\n"


def test_when_it_was_refused(queued: Queued, switches: Switches) -> None:
    email_id = queued(**SECRET)
    switches.put({"smtp": "550"})
    send(email_id)
    assert row_of(email_id).refused_at is not None
    assert words(email_id) == ("", "", "", [])


def test_it_is_kept_while_it_is_to_be_tried_again(queued: Queued, switches: Switches, inbox: MailStore) -> None:
    email_id = queued(**SECRET)
    switches.put({"smtp": "451"}, times=1)
    with pytest.raises(Unavailable):
        send(email_id)
    assert "secret" in row_of(email_id).text
    send(email_id)
    assert len(inbox.matching()) == 1
    assert words(email_id) == ("", "", "", [])


def test_after_two_days_it_is_too_late(queued: Queued, inbox: MailStore) -> None:
    old, young, open_secret = queued(**SECRET), queued(**SECRET), queued()
    age(old, 49)
    age(young, 47)
    age(open_secret, 49)
    assert upkeep.forget_secrets() == 1
    assert words(old) == ("", "", "", [])
    assert (row_of(old).refused_at is not None, row_of(old).sent_at) == (True, None)
    assert "secret" in row_of(young).text
    assert row_of(open_secret).refused_at is None
    send(old)
    assert inbox.matching() == []


def test_mails_of_the_erased(queued: Queued, inbox: MailStore) -> None:
    ada, booking, refund, elsewhere = (new_id() for _ in range(4))
    sent = queued(cause_id=booking, kind="confirmed", recipient="ada@example.com")
    send(sent)
    waiting = queued(cause_id=refund, kind="refund", recipient="ada.at.work@example.com")
    of_account = queued(person_id=ada, recipient="ada.once@example.com")
    send(of_account)
    to_hotel = queued(cause_id=booking, kind="hotel", recipient="desk@hotel.example")
    others = [
        queued(cause_id=elsewhere, recipient="obi@example.com"),
        queued(cause_id=elsewhere, recipient="ada.at.work@example.com"),  # a friend's, not about his bookings
    ]
    with transaction() as session:
        service.erase(session, Erased(ada, "ada@example.com", [booking, refund], ["ada.at.work@example.com"]))
    for email_id in (sent, waiting, of_account):
        row = row_of(email_id)
        assert words(email_id) == ("", "", "", [])
        assert row.recipient == f"erased-{email_id}@erased.invalid"
    assert (words(to_hotel), row_of(to_hotel).recipient) == (("", "", "", []), "desk@hotel.example")
    assert [row_of(one).text for one in others] == ["Welcome.\n"] * 2
    assert [bool(row_of(one).refused_at) for one in (sent, waiting, to_hotel, *others)] == [
        False,
        True,
        True,
        False,
        False,
    ]
    for email_id in (waiting, to_hotel):
        send(email_id)
    assert len(inbox.matching()) == 2
