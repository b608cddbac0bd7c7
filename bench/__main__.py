"""`python -m bench [NAME] [--json]`: load and limits, side by side. Each bench says what it compares with in README.md."""

import argparse
import json
import sys
from collections.abc import Callable, Mapping
from typing import Any

from bench import booking, calendar, event, jobs, login, rates, search
from bench.machine import machine

# Each plays its rounds, says on standard error how it goes, and returns its figures.
BENCHES: Mapping[str, Callable[[], dict[str, Any]]] = {
    "booking": booking.run,
    "search": search.run,
    "calendar": calendar.run,
    "event": event.run,
    "jobs": jobs.run,
    "login": login.run,
    "rates": rates.run,
}


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./dev bench")
    parser.add_argument("name", nargs="?", choices=list(BENCHES), help="one of them; without a name, all")
    parser.add_argument("--json", action="store_true", help="one object as the last line of standard output")
    options = parser.parse_args(arguments)
    names = [options.name] if options.name else list(BENCHES)
    figures: dict[str, Any] = {name: BENCHES[name]() for name in names}
    told = {"machine": machine(), **(figures[options.name] if options.name else figures)}
    print(json.dumps(told) if options.json else json.dumps(told, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
