"""What becomes of a mail when the server is well, away, unwilling, or dies at the worst moment."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

import psycopg
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.config import settings
from app.core.columns import new_id
from app.core.db import transaction
from app.core.errors import Unavailable
from app.mail import smtp_client
from app.mail.message import compose
from app.mail.sender import send
from sandbox.mailbox.store import MailStore
from sandbox.switches import Switches
from tests.mail.conftest import row_of

Queued = Callable[..., UUID]
ServedBy = Callable[..., Controller]

FORGET_THE_END = """
CREATE FUNCTION refuse_sent() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'died here'; END $$;
CREATE TRIGGER refuse_sent BEFORE UPDATE OF sent_at ON outgoing_emails
FOR EACH ROW WHEN (NEW.sent_at IS NOT NULL) EXECUTE FUNCTION refuse_sent()
"""
REMEMBER_IT_AGAIN = "DROP TRIGGER refuse_sent ON outgoing_emails; DROP FUNCTION refuse_sent()"


def _run(statements: str) -> None:
    with transaction() as session:
        session.execute(text(statements))


class Hooks:
    """An aiosmtpd handler that keeps what it takes."""

    def __init__(self) -> None:
        self.taken: list[bytes] = []

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.taken.append(envelope.content if isinstance(envelope.content, bytes) else b"")
        return "250 OK"


def test_a_mail_is_sent_and_marked(queued: Queued, inbox: MailStore) -> None:
    email_id = queued(subject="Your stay is confirmed")
    send(email_id)
    (mail,) = inbox.matching(to="ada.obi@example.com")
    row = row_of(email_id)
    assert mail.header("Subject") == "Your stay is confirmed"
    assert mail.header("From") == "SmartStay <bookings@smartstay.example>"
    assert mail.header("Message-ID") == f"<{email_id}@smartstay.example>"
    assert mail.envelope_from == "bookings@smartstay.example"
    assert mail.text == "Welcome.\r\n"
    assert mail.html == "<p>Welcome.</p>\r\n"
    assert row.sent_at is not None
    assert (row.attempts, row.refused_at, row.last_error) == (1, None, None)


def test_a_job_that_runs_twice_sends_once(queued: Queued, inbox: MailStore) -> None:
    email_id = queued()
    send(email_id)
    sent_at = row_of(email_id).sent_at
    send(email_id)
    assert len(inbox.matching()) == 1
    assert (row_of(email_id).attempts, row_of(email_id).sent_at) == (1, sent_at)


def test_a_mail_that_is_not_there_is_nothing_to_send(application: Flask, inbox: MailStore) -> None:
    send(new_id())
    assert inbox.matching() == []


def test_case_71_a_server_that_takes_the_mail_and_dies_gets_the_same_mail_again(
    queued: Queued, inbox: MailStore, switches: Switches
) -> None:
    email_id = queued()
    switches.put({"smtp": "drop_after_data"}, times=1)
    with pytest.raises(Unavailable):
        send(email_id)
    waiting = row_of(email_id)
    assert (waiting.attempts, waiting.sent_at, waiting.refused_at) == (1, None, None)
    assert waiting.last_error == "mail server: SMTPServerDisconnected"
    send(email_id)
    copies = inbox.matching()
    assert [mail.header("Message-ID") for mail in copies] == [f"<{email_id}@smartstay.example>"] * 2
    assert len({mail.header("Date") for mail in copies}) == 1
    assert (row_of(email_id).attempts, row_of(email_id).last_error) == (2, None)
    assert row_of(email_id).sent_at is not None


def test_case_71_when_we_die_before_it_is_written_down_the_copy_has_the_same_message_id(
    queued: Queued, inbox: MailStore
) -> None:
    email_id = queued()
    _run(FORGET_THE_END)
    try:
        with pytest.raises(DBAPIError, match="died here"):
            send(email_id)
    finally:
        _run(REMEMBER_IT_AGAIN)
    assert row_of(email_id).sent_at is None
    send(email_id)
    assert [mail.header("Message-ID") for mail in inbox.matching()] == [f"<{email_id}@smartstay.example>"] * 2
    assert row_of(email_id).sent_at is not None


@pytest.mark.parametrize(
    ("switch", "error"),
    [
        ("451", "mail server: 451 4.3.0 Try again later"),
        ("421", "mail server: 421 4.3.2 Service not available"),
        ("refused", "mail server: ConnectionRefusedError"),
    ],
)
def test_what_passes_is_tried_again(
    queued: Queued, inbox: MailStore, switches: Switches, switch: str, error: str
) -> None:
    email_id = queued()
    switches.put({"smtp": switch})
    with pytest.raises(Unavailable):
        send(email_id)
    assert inbox.matching() == []
    row = row_of(email_id)
    assert (row.attempts, row.sent_at, row.refused_at, row.last_error) == (1, None, None, error)
    switches.clear()
    send(email_id)
    assert len(inbox.matching()) == 1


def test_an_unknown_recipient_is_refused_for_good(queued: Queued, inbox: MailStore, switches: Switches) -> None:
    email_id, other_id = queued(recipient="nobody@example.com"), queued()
    switches.put({"smtp": "550"}, scope="nobody@example.com")
    send(email_id)
    row = row_of(email_id)
    assert row.refused_at is not None
    assert (row.sent_at, row.attempts, row.last_error) == (None, 1, "550 5.1.1 The mailbox is not known here")
    switches.clear()
    send(email_id)
    send(other_id)
    assert row_of(email_id).attempts == 1
    assert [mail.recipients for mail in inbox.matching()] == [["ada.obi@example.com"]]


@pytest.mark.parametrize("recipient", ["no address", "ada@example.com\nBcc: eve@example.com", "ada@", "ada@exa..mple"])
def test_what_is_no_address_is_refused_for_good(queued: Queued, inbox: MailStore, recipient: str) -> None:
    email_id = queued(recipient=recipient)
    send(email_id)
    row = row_of(email_id)
    assert row.refused_at is not None
    assert (row.sent_at, row.last_error) == (None, "This is no mail address")
    assert inbox.matching() == []


class RefusesData(Hooks):
    async def handle_DATA(self, *_: Any) -> str:  # noqa: N802
        return "554 5.7.1 Looks like spam"


def test_a_refused_message_is_refused_for_good(queued: Queued, served_by: ServedBy) -> None:
    served_by(RefusesData())
    email_id = queued()
    send(email_id)
    row = row_of(email_id)
    assert row.refused_at is not None
    assert (row.sent_at, row.last_error) == (None, "554 5.7.1 Looks like spam")


class RefusesSender(Hooks):
    async def handle_MAIL(self, *_: Any) -> str:  # noqa: N802
        return "550 5.7.1 Not allowed to send"


def test_a_refused_sender_is_our_fault_and_tried_again(queued: Queued, served_by: ServedBy) -> None:
    served_by(RefusesSender())
    email_id = queued()
    with pytest.raises(Unavailable):
        send(email_id)
    row = row_of(email_id)
    assert (row.sent_at, row.refused_at) == (None, None)
    assert row.last_error == "mail server: 550 5.7.1 Not allowed to send"


class HangsUpAtQuit(Hooks):
    async def handle_QUIT(self, *_: Any) -> str:  # noqa: N802
        return "421 4.3.2 In a hurry"


def test_a_server_that_is_rude_at_the_end_has_the_mail_all_the_same(queued: Queued, served_by: ServedBy) -> None:
    hooks = HangsUpAtQuit()
    served_by(hooks)
    email_id = queued()
    send(email_id)
    assert len(hooks.taken) == 1
    assert row_of(email_id).sent_at is not None


class Silent(Hooks):
    async def handle_RCPT(self, *_: Any) -> str:  # noqa: N802
        await asyncio.sleep(2)
        return "250 OK"


def test_a_slow_server_is_left_in_time(queued: Queued, served_by: ServedBy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp_client, "LONGEST", 0.5)
    hooks = Silent()
    served_by(hooks)
    email_id = queued()
    with pytest.raises(Unavailable):
        send(email_id)
    assert hooks.taken == []
    assert row_of(email_id).sent_at is None


class Watches(Hooks):
    """While the mail is on its way: is a transaction of ours open, and can others lock the row?"""

    def __init__(self) -> None:
        super().__init__()
        self.open_transactions: list[int] = []

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        url = settings().database_url.replace("postgresql+psycopg://", "postgresql://")
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute("SELECT id FROM outgoing_emails FOR UPDATE NOWAIT")
            row = connection.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
                " AND xact_start IS NOT NULL AND backend_type = 'client backend'"
            ).fetchone()
        self.open_transactions.append(row[0] if row else -1)
        return await super().handle_DATA(server, session, envelope)


def test_no_transaction_is_open_while_a_mail_is_sent(queued: Queued, served_by: ServedBy) -> None:
    hooks = Watches()
    served_by(hooks)
    send(queued())
    assert hooks.open_transactions == [0]


def test_nothing_is_sent_inside_a_transaction(queued: Queued, inbox: MailStore) -> None:
    email_id = queued()
    message = compose(row_of(email_id), settings().mail_from)
    with transaction():
        with pytest.raises(RuntimeError):
            send(email_id)
        with pytest.raises(RuntimeError):
            smtp_client.deliver(message, settings())
    assert inbox.matching() == []
    assert row_of(email_id).attempts == 0


def _authenticator(*_: Any) -> AuthResult:
    """`server, session, envelope, mechanism, data`"""
    data = _[-1]
    right = isinstance(data, LoginPassword) and (data.login, data.password) == (b"smartstay", b"right")
    return AuthResult(success=right, handled=False)


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize(("password", "mails", "error"), [("right", 1, None), ("wrong", 0, "535")])
def test_the_account_is_used_when_there_is_one(
    queued: Queued, served_by: ServedBy, with_settings: Callable[..., Any], password: str, mails: int, error: str | None
) -> None:
    hooks = Hooks()
    served_by(hooks, authenticator=_authenticator, auth_required=True, auth_require_tls=False)
    with_settings(smtp_username="smartstay", smtp_password=password)
    email_id = queued()
    if error is None:
        send(email_id)
    else:
        with pytest.raises(Unavailable, match=error):
            send(email_id)
    assert len(hooks.taken) == mails
    assert row_of(email_id).refused_at is None


def test_where_encryption_is_asked_for_nothing_goes_out_without(
    queued: Queued, inbox: MailStore, with_settings: Callable[..., Any]
) -> None:
    with_settings(smtp_starttls="true", smtp_username="smartstay", smtp_password="right")
    email_id = queued()
    with pytest.raises(Unavailable):
        send(email_id)
    assert inbox.matching() == []
    assert row_of(email_id).last_error == "mail server: SMTPNotSupportedError"
