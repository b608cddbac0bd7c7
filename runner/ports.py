"""Free TCP ports on the loopback address."""

import errno
import random
import socket
from collections.abc import Collection, Mapping

PREFERRED: Mapping[str, int] = {"web": 8000, "realtime": 8001, "flower": 5555, "sandbox": 8010, "smtp": 8025}
SERVERS = ("postgres", "redis")
NAMES = (*PREFERRED, *SERVERS)

# Below the range from which the kernel takes ports for outgoing connections: a server that is stopped for a moment
# must find its port still free.
FIRST, LAST = 15_000, 29_999
ATTEMPTS = 200


class NoFreePortError(Exception):
    """Nothing free was found between FIRST and LAST."""


def is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # Connections that linger in TIME_WAIT from the last run do not make a port taken; a listener does.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            if error.errno in {errno.EADDRINUSE, errno.EACCES}:
                return False
            raise
    return True


def pick(wanted: int | None = None, *, taken: Collection[int] = ()) -> int:
    """The wanted port if it is free and not in `taken`, else any free one."""
    if wanted is not None and wanted not in taken and is_free(wanted):
        return wanted
    for _ in range(ATTEMPTS):
        port = random.randint(FIRST, LAST)  # noqa: S311  # a port, not a secret
        if port not in taken and is_free(port):
            return port
    raise NoFreePortError


def pick_all(wanted: Mapping[str, int]) -> dict[str, int]:
    """A port for every name in NAMES, the wanted one where it can be had."""
    picked: dict[str, int] = {}
    for name in NAMES:
        picked[name] = pick(wanted.get(name), taken=picked.values())
    return picked
