"""Another application in this process, beside the one of the whole run."""

from flask import Flask

from app.auth import tokens
from app.config import Settings
from app.core import db, redis_client
from app.factory import create_app


def second_app(settings: Settings) -> Flask:
    """As the settings want it. What making it has bound for the whole process is bound back: it asks the same database and Redis, and the
    tokens of whoever logs in are the usual one's.
    """
    usual, prefix, signing = db.engine(), redis_client.key(""), tokens._Bound.app
    app = create_app(settings)
    db.engine().dispose()
    db.bind(usual)
    redis_client.connect(Settings().redis_url, prefix)
    tokens._Bound.app = signing
    return app
