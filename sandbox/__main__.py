"""`python -m sandbox`: one process, until SIGTERM or Ctrl-C."""

import argparse
import signal
import sys
import threading

from sandbox import object_store
from sandbox.server import DEVELOPMENT_KEYS, Sandbox


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--http-port", type=int, default=8010)
    parser.add_argument("--smtp-port", type=int, default=8025)
    parser.add_argument("--state", help="SQLite file to keep everything in; in memory without it")
    parser.add_argument("--webhook-url", help="where Paystack's events are posted")
    parser.add_argument("--paystack-key", action="append", help="sk_test_… or sk_live_…; may be given several times")
    parser.add_argument("--public-url", help="what links start with, when it is not http://HOST:PORT")
    return parser.parse_args()


def modes(keys: list[str] | None) -> dict[str, str]:
    """The mode is in the key itself: sk_live_… is live, all else test."""
    return {key: "live" if key.startswith("sk_live_") else "test" for key in keys or DEVELOPMENT_KEYS}


def main() -> int:
    given = arguments()
    box = Sandbox(
        http_port=given.http_port,
        smtp_port=given.smtp_port,
        state=given.state,
        webhook_url=given.webhook_url,
        secret_keys=modes(given.paystack_key),
        host=given.host,
        public_url=given.public_url,
    )
    object_store.mount(box)
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    box.start()
    sys.stdout.write(f"sandbox: {box.url} (Paystack at {box.paystack_url}, mail at smtp port {box.smtp_port})\n")
    sys.stdout.flush()
    over.wait()
    box.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
