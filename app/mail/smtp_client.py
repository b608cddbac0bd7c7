"""The one way out to the mail server: timeouts always, its refusals as our errors, never inside a transaction."""

import smtplib
import ssl
import time
from contextlib import suppress
from email.message import EmailMessage

from app.config import Settings
from app.core.db import in_transaction
from app.core.errors import Unavailable
from app.mail.errors import MailRefused

TIMEOUT = 10.0
LONGEST = 20.0  # of a whole delivery, well below the job's limit: a slow server is away, not a crash


class _Connection(smtplib.SMTP):
    """Each answer is awaited for TIMEOUT at most, and all of them together for LONGEST."""

    def __init__(self, settings: Settings, domain: str) -> None:
        self.ends = time.monotonic() + LONGEST
        # Our name is given: to find it out, smtplib would ask the DNS, without a limit.
        super().__init__(settings.smtp_host, settings.smtp_port, local_hostname=domain, timeout=TIMEOUT)

    def getreply(self) -> tuple[int, bytes]:
        if self.sock is not None:
            self.sock.settimeout(min(TIMEOUT, max(0.1, self.ends - time.monotonic())))
        return super().getreply()


def deliver(message: EmailMessage, settings: Settings) -> None:
    """Hands the message over once. Raises MailRefused when the server will never take it, Unavailable for all else.

    Returning means that the server has taken responsibility for it (its 250 after the data, RFC 5321 section 4.2.5).
    """
    if in_transaction():
        raise RuntimeError("mail may not be sent inside a transaction")
    try:
        _deliver(message, settings)
    except smtplib.SMTPRecipientsRefused as error:
        (code, answer), *_others = error.recipients.values()
        raise _judged(code, answer) from error
    except smtplib.SMTPDataError as error:
        raise _judged(error.smtp_code, error.smtp_error) from error
    except smtplib.SMTPResponseException as error:
        # Greeting, login, sender: nothing about this mail. A person mends it, and the mails go out then.
        raise Unavailable(f"mail server: {_line(error.smtp_code, error.smtp_error)}") from error
    except (smtplib.SMTPException, OSError) as error:
        raise Unavailable(f"mail server: {type(error).__name__}") from error


def _deliver(message: EmailMessage, settings: Settings) -> None:
    connection = _Connection(settings, message["From"].addresses[0].domain)
    try:
        _open(connection, settings)
        connection.send_message(message)
        # What goes wrong from here on is no failure of the mail: it would only be sent a second time.
        with suppress(smtplib.SMTPException, OSError):
            connection.quit()
    finally:
        connection.close()


def _open(connection: _Connection, settings: Settings) -> None:
    if settings.smtp_starttls:
        connection.starttls(context=ssl.create_default_context())
    if settings.smtp_username is not None:
        password = settings.smtp_password.get_secret_value() if settings.smtp_password else ""
        connection.login(settings.smtp_username, password)


def _judged(code: int, answer: bytes | str) -> MailRefused | Unavailable:
    """5xx: never; all else: later (RFC 5321 section 4.2.1)."""
    line = _line(code, answer)
    return MailRefused(line) if 500 <= code < 600 else Unavailable(f"mail server: {line}")


def _line(code: int, answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return f"{code} {text}"[:500]
