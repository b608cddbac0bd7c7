"""`python -m workers.relay`: moves jobs to the queues and events to the sockets until told to end."""

import os
import signal
import sys
from typing import Any

from app.config import settings
from app.core import boot_check, logging
from workers.relay.loop import Relay

LAST_SECONDS = 1.0


def main() -> None:
    boot_check.refuse_wrong_process("relay")
    logging.configure(settings().log_level, "relay")
    relay = Relay(settings())

    def end(_signal: int, _frame: Any) -> None:
        relay.stop()
        signal.setitimer(signal.ITIMER_REAL, LAST_SECONDS)

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGALRM, _leave)
    relay.run()
    _leave()


def _leave(_signal: int = 0, _frame: Any = None) -> None:
    """Ends at once: breaks off what a server does not answer, for rows that are not done stay.

    Taking the interpreter down in order takes longer than all the rest and serves nobody.
    """
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
