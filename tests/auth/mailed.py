"""What was mailed to people, as it stands in the rows: read before it is sent, for what is secret is gone afterwards."""

import re
from typing import Any

from sqlalchemy import text

from app.core.db import reading
from workers.binding import run_row

TOKEN = re.compile(r"#token=([\w-]{43})\b")


def mails(to: str) -> list[Any]:
    """The rows of mails to an address, oldest first."""
    with reading() as session:
        found = session.execute(text("SELECT * FROM outgoing_emails WHERE recipient = :to ORDER BY id"), {"to": to})
        return list(found.all())


def kinds(to: str) -> list[str]:
    return [mail.kind for mail in mails(to)]


def last_token(to: str, kind: str) -> str:
    """The token of the latest link of that kind."""
    (token,) = set(TOKEN.findall([mail.text for mail in mails(to) if mail.kind == kind][-1]))
    return str(token)


def mail_passwords() -> None:
    """Runs the jobs of those who forgot their password; the mails wait."""
    with reading() as session:
        due = list(session.scalars(text("SELECT id FROM outbox WHERE name = 'auth.password_forgotten' ORDER BY id")))
    for row_id in due:
        run_row(row_id)
