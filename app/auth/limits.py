"""How many wrong passwords and how many mails, for whom: pure. `core.throttle` keeps count."""

from app.config import settings
from app.core.throttle import Bucket

HOUR = 3600
FORGOTTEN_PER_ACCOUNT, FORGOTTEN_PER_ADDRESS = 5, 30  # an hour
LINKS_A_DAY = 5
LINK_SECONDS = 60


def of_stranger(email: str, address: str) -> tuple[Bucket, ...]:
    """For a login from where the account was never used: with all such together, and with all who share the address."""
    return _wrong("login", email), _of_address(address)


def of_known(email: str, address: str) -> tuple[Bucket, ...]:
    """For a login from where the account is used: by itself, so that nobody elsewhere can lock its owner out."""
    return _wrong("login_known", f"{email} {address}"), _of_address(address).counting_only()


def of_account(email: str, address: str) -> tuple[Bucket, ...]:
    """What a right password clears."""
    return _wrong("login", email), _wrong("login_known", f"{email} {address}")


def of_own_password(user_id: object) -> Bucket:
    """For who is logged in and must show the password once more: nobody outside can fill it."""
    return _wrong("own_password", str(user_id))


def of_forgotten(email: str, address: str) -> tuple[Bucket, ...]:
    """For asking to be mailed a link to a new password."""
    return (
        Bucket("forgotten", email, FORGOTTEN_PER_ACCOUNT, HOUR),
        Bucket("forgotten_address", address, FORGOTTEN_PER_ADDRESS, HOUR),
    )


def _wrong(kind: str, whose: str) -> Bucket:
    return Bucket(kind, whose, settings().login_failures_per_account, settings().login_failures_seconds)


def _of_address(address: str) -> Bucket:
    return Bucket("login_address", address, settings().login_failures_per_address, settings().login_failures_seconds)
