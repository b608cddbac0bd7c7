"""Kept messages, and how they are read."""

import base64
import email
import email.policy
import json
import sqlite3
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any

from sandbox import clock
from sandbox.state import State


@dataclass(frozen=True)
class Attachment:
    """Any part but the bodies: also a calendar that stands among the alternatives without a file name."""

    filename: str
    content_type: str
    content: bytes

    @property
    def text(self) -> str | None:
        """None for what is not text."""
        return self.content.decode("utf-8", "replace") if self.content_type.startswith("text/") else None


@dataclass(frozen=True)
class Mail:
    """`recipients` are the envelope's, which is who really gets it; `received_at` in seconds since the epoch."""

    id: int
    envelope_from: str
    recipients: list[str]
    raw: bytes
    received_at: float
    message: EmailMessage

    def header(self, name: str) -> str:
        return str(self.message.get(name, ""))

    @property
    def text(self) -> str | None:
        return _content(self.message.get_body(("plain",)))

    @property
    def html(self) -> str | None:
        return _content(self.message.get_body(("html",)))

    @property
    def attachments(self) -> list[Attachment]:
        bodies = [self.message.get_body((kind,)) for kind in ("plain", "html")]
        parts = [part for part in self.message.walk() if not part.is_multipart() and part not in bodies]
        return [_attachment(part) for part in parts]


def _content(part: Any) -> str | None:
    return str(part.get_content()) if part is not None else None


def _attachment(part: EmailMessage) -> Attachment:
    kind = part.get_content_type()
    unnamed = "invite.ics" if kind == "text/calendar" else "unnamed"
    payload = part.get_payload(decode=True)
    return Attachment(part.get_filename(unnamed), kind, payload if isinstance(payload, bytes) else b"")


def _from_row(row: sqlite3.Row) -> Mail:
    message = email.message_from_bytes(row["raw"], policy=email.policy.default)
    return Mail(row["id"], row["envelope_from"], json.loads(row["recipients"]), row["raw"], row["received_at"], message)


class MailStore:
    def __init__(self, state: State) -> None:
        self.state = state

    def keep(self, envelope_from: str, recipients: list[str], raw: bytes) -> int:
        return self.state.insert(
            "INSERT INTO mails (envelope_from, recipients, raw, received_at) VALUES (?, ?, ?, ?)",
            envelope_from, json.dumps(recipients), raw, clock.now(),
        )  # fmt: skip

    def find(self, mail_id: int) -> Mail | None:
        row = self.state.one("SELECT * FROM mails WHERE id = ?", mail_id)
        return _from_row(row) if row else None

    def matching(self, to: str = "", subject: str = "") -> list[Mail]:
        """As they arrived; `to` is a whole address, `subject` a part of one, both regardless of case."""
        mails = [_from_row(row) for row in self.state.all("SELECT * FROM mails ORDER BY id")]
        return [
            mail
            for mail in mails
            if (not to or to.lower() in [one.lower() for one in mail.recipients])
            and subject.lower() in mail.header("Subject").lower()
        ]

    def clear(self) -> int:
        return self.state.run("DELETE FROM mails")


def as_json(mail: Mail) -> dict[str, Any]:
    """Attachments that are not text come in base64, told by `encoding`."""
    return {
        "id": mail.id,
        "to": mail.recipients,
        "from": mail.header("From"),
        "envelope_from": mail.envelope_from,
        "subject": mail.header("Subject"),
        "message_id": mail.header("Message-ID"),
        "text": mail.text,
        "html": mail.html,
        "attachments": [_attachment_json(one) for one in mail.attachments],
        "received_at": clock.iso(mail.received_at),
    }


def _attachment_json(attachment: Attachment) -> dict[str, Any]:
    text = attachment.text
    return {
        "filename": attachment.filename,
        "content_type": attachment.content_type,
        "encoding": "text" if text is not None else "base64",
        "content": text if text is not None else base64.b64encode(attachment.content).decode(),
    }
