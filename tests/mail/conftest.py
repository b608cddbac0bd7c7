"""Mails in their rows, and mail servers that misbehave in ways of their own."""

import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
from aiosmtpd.controller import Controller
from flask import Flask
from sqlalchemy import select

from app.core.columns import new_id
from app.core.db import reading, transaction
from app.mail.models import OutgoingEmail
from app.mail.service import Email, queue_email
from sandbox.mailbox.store import MailStore
from sandbox.server import Sandbox
from sandbox.switches import Switches


def email(**fields: Any) -> Email:
    """A mail about something new, unless said otherwise."""
    usual: dict[str, Any] = {"kind": "note", "cause_id": new_id(), "recipient": "ada.obi@example.com"}
    usual |= {"subject": "Your stay", "text": "Welcome.\n", "html": "<p>Welcome.</p>"}
    return Email(**(usual | fields))


def row_of(email_id: UUID) -> OutgoingEmail:
    with reading() as session:
        return session.get_one(OutgoingEmail, email_id)


@pytest.fixture
def queued(application: Flask) -> Callable[..., UUID]:
    """`queued(subject=…)` queues a mail and returns its row's id."""

    def queue(**fields: Any) -> UUID:
        one = email(**fields)
        with transaction() as session:
            queue_email(session, one)
            about = (OutgoingEmail.cause_id == one.cause_id, OutgoingEmail.kind == one.kind)
            return session.scalars(
                select(OutgoingEmail.id).where(*about, OutgoingEmail.recipient == one.recipient)
            ).one()

    return queue


@pytest.fixture
def inbox(sandbox: Sandbox) -> MailStore:
    return sandbox.world.mail


@pytest.fixture
def switches(sandbox: Sandbox) -> Iterator[Switches]:
    """How the mail server is told to misbehave; all is well again afterwards."""
    yield sandbox.world.switches
    sandbox.world.switches.clear()


@pytest.fixture
def served_by(with_settings: Callable[..., Any]) -> Iterator[Callable[..., Controller]]:
    """`served_by(handler)` makes a server with these aiosmtpd hooks the one that mail goes to."""
    running: list[Controller] = []

    def serve(handler: Any, **options: Any) -> Controller:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        controller = Controller(handler, hostname="127.0.0.1", port=port, **options)
        controller.start()
        running.append(controller)
        with_settings(smtp_port=port)
        return controller

    yield serve
    for controller in running:
        with suppress(RuntimeError):
            controller.stop()
