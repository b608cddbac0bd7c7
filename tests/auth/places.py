"""Requests from elsewhere: the tests' own client always asks from 127.0.0.1."""

from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from tests.api import PREFIX
from tests.factories import PASSWORD, Person


def post(app: Flask, path: str, body: Any, *, ip: str = "203.0.113.1", **headers: str) -> TestResponse:
    """POSTs JSON from an address."""
    return app.test_client().post(PREFIX + path, json=body, headers=headers, environ_overrides={"REMOTE_ADDR": ip})


def log_in(
    app: Flask, who: Person | str, password: str = PASSWORD, *, ip: str = "203.0.113.1", **headers: str
) -> TestResponse:
    """Logs in from an address."""
    email = who if isinstance(who, str) else who.email
    return post(app, "/auth/login", {"email": email, "password": password}, ip=ip, **headers)
