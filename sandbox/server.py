"""One sandbox: its HTTP and SMTP servers on threads of this process."""

import ipaddress
import threading
from collections.abc import Callable, Mapping
from functools import partial

from flask import Flask

from sandbox import control, control_paystack, pages, world
from sandbox.listener import ByPath, listen
from sandbox.mailbox import control as mail_control
from sandbox.mailbox import pages as mail_pages
from sandbox.mailbox.smtp import SmtpListener
from sandbox.paystack import api, checkout_pages, refunds, webhooks
from sandbox.state import State

DEVELOPMENT_KEYS = {"sk_test_smartstay_development": "test"}
BLUEPRINTS = (
    api.blueprint, checkout_pages.blueprint, pages.blueprint, mail_pages.blueprint, control.blueprint,
    control_paystack.blueprint, mail_control.blueprint,
)  # fmt: skip


def create_app(parts: world.World) -> Flask:
    app = Flask("sandbox")
    app.extensions[world.EXTENSION] = parts
    app.json.sort_keys = False  # type: ignore[attr-defined]
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    app.jinja_env.filters["naira"] = pages.naira
    app.jinja_env.filters["moment"] = pages.moment
    return app


def _reachable(host: str) -> str:
    """The host to put into links: an address that means "every interface" is nowhere to go to."""
    try:
        return "127.0.0.1" if ipaddress.ip_address(host).is_unspecified else host
    except ValueError:
        return host


class Sandbox:
    """`secret_keys` maps Paystack secret keys to "test" or "live". Ports 0 are chosen when `start()` returns.

    Without `state` (a file's path) everything is forgotten at `stop()`; with it, a new sandbox goes on from there:
    deliveries and refunds that were under way are resumed.
    """

    def __init__(
        self,
        *,
        http_port: int = 0,
        smtp_port: int = 0,
        state: str | None = None,
        webhook_url: str | None = None,
        secret_keys: Mapping[str, str] | None = None,
        host: str = "127.0.0.1",
        public_url: str | None = None,
    ) -> None:
        self.world = world.build(State(state), dict(secret_keys or DEVELOPMENT_KEYS))
        if webhook_url is not None:
            self.webhook_url = webhook_url
        self.app = ByPath(create_app(self.world))
        self.http = listen(self.app, host, http_port)
        self.smtp = SmtpListener(self.world, host, smtp_port)
        self.url = (public_url or f"http://{_reachable(host)}:{self.http.port}").rstrip("/")
        self.world.url = self.url

    @property
    def paystack_url(self) -> str:
        return f"{self.url}/paystack"

    @property
    def smtp_port(self) -> int:
        return self.smtp.port

    @property
    def webhook_url(self) -> str | None:
        return self.world.settings.webhook_url

    @webhook_url.setter
    def webhook_url(self, url: str | None) -> None:
        self.world.settings.put("webhook_url", url)

    def mount(self, name: str, app: Flask, forget: Callable[[], None]) -> None:
        """Has `app` answer whatever begins with `/name`; `forget` empties it at a reset."""
        self.app.mounted[name] = app
        self.world.forgetting.append(forget)

    def start(self) -> None:
        self.world.background.start()
        self.smtp.start()
        self.world.switches.watch(self.smtp.heed)
        serve = partial(self.http.serve_forever, poll_interval=0.02)
        threading.Thread(target=serve, name="sandbox-http", daemon=True).start()
        webhooks.resume(self.world)
        refunds.resume(self.world)

    def reset(self) -> None:
        """Forgets everything but the settings; ids go on."""
        self.world.reset()

    def stop(self) -> None:
        self.world.background.stop()
        self.http.shutdown()
        self.smtp.stop()
        self.world.state.close()
