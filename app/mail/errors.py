"""What can become of a mail besides being sent; that a server is away is `core.errors.Unavailable`."""

from app.core.errors import AppError


class MailRefused(AppError):
    """For good: trying again would be refused again."""

    status, code, title = 422, "mail_refused", "The mail server refused the mail"
