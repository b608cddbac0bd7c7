"""`python -m workers.relay`: moves jobs to the queues and events to the sockets until told to end."""

import signal
import sys
from typing import Any

from app.config import settings
from app.core import boot_check, logging
from workers.relay.loop import Relay

LAST_SECONDS = 1.5


def main() -> None:
    boot_check.refuse_wrong_process("relay")
    logging.configure(settings().log_level, "relay")
    relay = Relay(settings())

    def end(_signal: int, _frame: Any) -> None:
        relay.stop()
        signal.setitimer(signal.ITIMER_REAL, LAST_SECONDS)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGALRM, _give_up_waiting)
    relay.run()
    signal.setitimer(signal.ITIMER_REAL, 0)


def _give_up_waiting(_signal: int, _frame: Any) -> None:
    """Breaks off whatever a server does not answer. Nothing is lost: rows that are not done stay."""
    sys.exit(0)


if __name__ == "__main__":
    main()
