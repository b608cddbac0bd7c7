"""The demo accounts for people: a table of them, and their access tokens."""

from typing import Final

import requests

from app.config import settings
from demo.world.accounts import ACCOUNTS, DEMO_PASSWORD, Account

TIMEOUT_SECONDS: Final = 10


class TokenError(Exception):
    """Why there is no token, for the terminal."""


def table() -> str:
    """A line for each account and their shared password."""
    width = max(len(account.email) for account in ACCOUNTS)
    lines = [f"{account.role:15} {account.email:{width}}  {account.hotel_slug or ''}".rstrip() for account in ACCOUNTS]
    return "\n".join([*lines, f"password of all: {DEMO_PASSWORD}"])


def token(who: str) -> str:
    """An access token of the first account of that role, or of that e-mail, from the running API. Raises TokenError."""
    account = _account(who)
    url = f"{settings().public_api_url}/api/v1/auth/login"
    try:
        answer = requests.post(url, json={"email": account.email, "password": DEMO_PASSWORD}, timeout=TIMEOUT_SECONDS)
        answer.raise_for_status()
    except requests.RequestException as error:
        raise TokenError(f"no token from {url}: {error}") from error
    return str(answer.json()["access_token"])


def _account(who: str) -> Account:
    for account in ACCOUNTS:
        if who in {account.role, account.email}:
            return account
    roles = ", ".join(dict.fromkeys(account.role for account in ACCOUNTS))
    raise TokenError(f"no demo account is called {who}; roles: {roles}; or an e-mail of `python -m demo accounts`")
