"""The application, put together. Apart from the package itself, so that workers and relay do not load what they do not serve."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app import blueprints, cli, extensions
from app.config import Settings
from app.config import settings as settings_of_process
from app.core import response_headers


class Application(Flask):
    """Flask's; no view or hook of ours is a coroutine, which it would ask of each one with each request."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        return func


def create_app(settings: Settings | None = None) -> Flask:
    """The application as the given settings (default: those of the environment) want it."""
    settings = settings or settings_of_process()
    app = Application(__name__, static_folder=None)
    app.config["SETTINGS"] = settings
    app.url_map.strict_slashes = False
    api = extensions.init(app, settings)
    blueprints.register(app, api)
    cli.register(app)
    app.wsgi_app = response_headers.around(app.wsgi_app, settings)  # type: ignore[method-assign, assignment]
    if settings.trusted_proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=settings.trusted_proxies, x_proto=settings.trusted_proxies)  # type: ignore[method-assign]
    return app
