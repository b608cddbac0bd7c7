"""`./dev logs`: what the processes of `./dev up` wrote, or the story of one booking across all of them."""

import argparse
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner.commands.up import NAME
from runner.console import RunnerError, say
from runner.paths import LOCAL

# One request or job touches a booking in lines that do not name it; these fields tie them together.
TIES = ("booking", "booking_id", "payment", "payment_id", "reference", "refund_id", "email_id", "request_id", "row_id")


@dataclass(frozen=True)
class Line:
    """One line of a log; `fields` is empty where it is not JSON."""

    process: str
    text: str
    fields: dict[str, Any]

    @property
    def time(self) -> str:
        return str(self.fields.get("timestamp", ""))

    def __str__(self) -> str:
        return f"{self.process:<16} {self.text}"


def logs(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="./dev logs")
    parser.add_argument("--booking", metavar="REF", help="only what happened to this booking")
    parser.add_argument("--lines", type=int, default=40, help="of each log, without --booking (default 40)")
    options = parser.parse_args(arguments)
    folder = LOCAL / NAME / "log"
    if not folder.is_dir():
        raise RunnerError("there are no logs yet; ./dev up writes them")
    found = story(folder, options.booking) if options.booking else _ends(folder, options.lines)
    for line in found:
        print(line)
    if options.booking and not found:
        say(f"no line names {options.booking}")
    return 0 if found else 1


def story(folder: Path, reference: str) -> list[Line]:
    """Every line that names the booking or belongs to a request or job that did, in the order of time."""
    lines = [line for line in _read(folder) if line.fields]
    ties = {value for line in lines if reference in line.text for value in _values(line)}
    told = [line for line in lines if reference in line.text or not ties.isdisjoint(_values(line))]
    return sorted(told, key=lambda line: line.time)


def _values(line: Line) -> set[str]:
    return {str(value) for name in TIES if (value := line.fields.get(name))}


def _ends(folder: Path, count: int) -> list[Line]:
    by_process: dict[str, list[Line]] = {}
    for line in _read(folder):
        by_process.setdefault(line.process, []).append(line)
    return [line for lines in by_process.values() for line in lines[-count:]]


def _read(folder: Path) -> Iterator[Line]:
    """All lines, the rotated ones of a log first."""
    for path in sorted(folder.glob("*.log*"), key=lambda path: (path.name.partition(".")[0], path.suffix == ".log")):
        with path.open(errors="replace") as log:
            for text in log:
                yield Line(path.name.partition(".")[0], text.rstrip("\n"), _fields(text))


def _fields(text: str) -> dict[str, Any]:
    try:
        parsed = json.loads(text)
    except ValueError:
        return {}
    return parsed if isinstance(parsed, dict) else {}
