"""A mail is a row in the transaction of its cause: once per cause, kind and recipient, and only if that commits."""

import threading

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.core.columns import new_id
from app.core.db import reading, transaction
from app.core.models import OutboxRow
from app.mail.jobs import SEND_EMAIL
from app.mail.models import OutgoingEmail
from app.mail.service import Attachment, Email, queue_email
from app.mail.templates import Kind
from tests.mail.conftest import email

CALENDAR = Attachment("stay.ics", "text/calendar; method=PUBLISH", "BEGIN:VCALENDAR\r\n")


def _queue(*emails: Email) -> None:
    with transaction() as session:
        for one in emails:
            queue_email(session, one)


def _queue_and_fail() -> None:
    with transaction() as session:
        queue_email(session, email())
        raise LookupError


def _counts() -> tuple[int, int]:
    """Mails and jobs."""
    with reading() as session:
        mails = session.scalar(select(func.count()).select_from(OutgoingEmail))
        jobs = session.scalar(select(func.count()).select_from(OutboxRow).where(OutboxRow.name == SEND_EMAIL.name))
    return mails or 0, jobs or 0


def test_a_queued_mail_is_a_row_and_a_job(application: Flask) -> None:
    _queue(email(attachments=(CALENDAR,)))
    with reading() as session:
        row = session.scalars(select(OutgoingEmail)).one()
        job = session.scalars(select(OutboxRow)).one()
    assert row.message_id == f"<{row.id}@smartstay.example>"
    assert row.attachments == [
        {"filename": "stay.ics", "content_type": "text/calendar; method=PUBLISH", "content": "BEGIN:VCALENDAR\r\n"}
    ]
    assert (row.attempts, row.sent_at, row.refused_at) == (0, None, None)
    assert (job.name, job.queue, job.payload) == ("mail.send", "bulk", {"email_id": str(row.id)})
    assert (job.hard_limit, job.max_attempts, job.give_up_after) == (30, 10, 24 * 3600)


def test_the_same_mail_is_queued_once(application: Flask) -> None:
    once = email()
    _queue(once, once)
    _queue(once)
    assert _counts() == (1, 1)


def test_a_kind_is_kept_as_its_word(application: Flask) -> None:
    _queue(email(kind=Kind.HOLD_EXPIRED))
    with reading() as session:
        assert session.scalars(select(OutgoingEmail.kind)).all() == ["hold_expired"]


def test_the_first_words_stay(application: Flask) -> None:
    cause_id = new_id()
    _queue(email(cause_id=cause_id, subject="First"), email(cause_id=cause_id, subject="Second"))
    with reading() as session:
        assert session.scalars(select(OutgoingEmail.subject)).all() == ["First"]


@pytest.mark.parametrize("other", [{"kind": "other"}, {"recipient": "desk@hotel.example"}, {"cause_id": new_id()}])
def test_another_kind_recipient_or_cause_is_another_mail(application: Flask, other: dict[str, object]) -> None:
    fields = {"kind": "note", "cause_id": new_id(), "recipient": "ada.obi@example.com"}
    _queue(email(**fields), email(**(fields | other)))
    assert _counts() == (2, 2)


def test_what_is_rolled_back_is_never_sent(application: Flask) -> None:
    with pytest.raises(LookupError):
        _queue_and_fail()
    assert _counts() == (0, 0)


def test_two_transactions_at_once_queue_one_mail(application: Flask) -> None:
    once = email()
    with transaction() as session:
        queue_email(session, once)
        other = threading.Thread(target=_queue, args=(once,))
        other.start()
        other.join(0.3)
        assert other.is_alive()  # it waits to see what becomes of ours
    other.join(5)
    assert not other.is_alive()
    assert _counts() == (1, 1)
