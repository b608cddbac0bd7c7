"""`python -m runner COMMAND`: what `./dev` calls once everything it needs is there."""

import sys
from collections.abc import Callable, Mapping

from runner.commands.bench import bench
from runner.commands.check import check
from runner.commands.clients import audit, flask, play, psql, redis, token, watch
from runner.commands.demo import demo
from runner.commands.down import down, reset
from runner.commands.logs import logs
from runner.commands.test import test
from runner.commands.up import up
from runner.console import RunnerError, say
from runner.interruption import INTERRUPTED_EXIT, Interrupted, interruptible

Command = Callable[[list[str]], int]

COMMANDS: Mapping[str, Command] = {
    "audit": audit,
    "bench": bench,
    "check": check,
    "demo": demo,
    "down": down,
    "flask": flask,
    "logs": logs,
    "play": play,
    "psql": psql,
    "redis": redis,
    "reset": reset,
    "test": test,
    "token": token,
    "up": up,
    "watch": watch,
}


def main(arguments: list[str]) -> int:
    name, *rest = arguments or [""]
    if name not in COMMANDS:
        say(f"There is no command “{name}”; ./dev lists them.")
        return 2
    try:
        with interruptible():
            return COMMANDS[name](rest)
    except RunnerError as error:
        say(str(error))
        return 1
    except Interrupted:
        return INTERRUPTED_EXIT
    except BrokenPipeError:  # the reader of our output, `head` for one, has seen enough
        sys.stdout = None
        return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
