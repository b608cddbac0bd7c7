"""A mail as RFC 5322 text: pure, from its row."""

import re
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Any

from app.mail.errors import MailRefused
from app.mail.models import OutgoingEmail
from app.mail.one_line import one_line

POLICY = SMTP.clone(cte_type="7bit")  # not every server on the way takes 8 bits
ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[^\s@<>()\[\],;:\\\"]{1,255}")


def compose(email: OutgoingEmail, mail_from: str) -> EmailMessage:
    """Text with an HTML alternative and the attachments; the same row gives the same Message-ID and Date.

    Raises MailRefused for a recipient that is no address.
    """
    message = EmailMessage(POLICY)
    message["From"] = sender(mail_from)
    message["To"] = envelope_address(email.recipient)
    message["Subject"] = _header(email.subject)
    message["Date"] = format_datetime(email.created_at)
    message["Message-ID"] = email.message_id
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday notes in return, please
    message.set_content(email.text, cte="quoted-printable")
    message.add_alternative(email.html, subtype="html", cte="quoted-printable")
    for attachment in email.attachments:
        _attach(message, attachment)
    return message


def sender(mail_from: str) -> Address:
    """MAIL_FROM as name and address."""
    name, address = parseaddr(mail_from)
    return Address(name, addr_spec=address)


def envelope_address(recipient: str) -> str:
    """The address in ASCII, an international domain in its IDNA form. Raises MailRefused for what is no address."""
    if not ADDRESS.fullmatch(recipient):
        raise MailRefused("This is no mail address")
    local, _, domain = recipient.rpartition("@")
    try:
        address = f"{local}@{domain.encode('idna').decode('ascii')}"
        Address(addr_spec=address)
    except (UnicodeError, ValueError, IndexError) as error:
        raise MailRefused("This is no mail address") from error
    return address


def _header(text: str) -> str:
    """On one line, and no encoded word: the library would decode it, and what it stands for may be line breaks."""
    return one_line(text).replace("=?", "= ?")


def _attach(message: EmailMessage, attachment: dict[str, Any]) -> None:
    kind = EmailMessage(POLICY)
    kind["Content-Type"] = one_line(attachment["content_type"])
    parameters = {name: value for name, value in kind["Content-Type"].params.items() if name != "charset"}
    message.add_attachment(
        attachment["content"],
        subtype=kind.get_content_subtype(),
        filename=_header(attachment["filename"]),
        params=parameters,
        cte="base64",
    )
