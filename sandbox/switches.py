"""How the sandbox is told to misbehave: named switches, for everything ("global") or for one reference or address.

A value is a word, or a word with a number after a colon (`late:3`). `times` limits how often a switch acts.
The switch of a reference wins over the global one.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from sandbox.state import State

GLOBAL = "global"
ENDPOINTS = (
    "initialize", "verify", "list_transactions", "fetch_transaction", "refund", "list_refunds", "fetch_refund",
    "retry_refund", "session_timeout",
)  # fmt: skip
NUMBER = r"\d+(\.\d+)?"
FAULT = re.compile(rf"normal|429|500|html_502|drop|(hang|hang_after_commit|delay):{NUMBER}")
WEBHOOK = re.compile(
    rf"normal|lost|late:{NUMBER}|twice|times:\d+|out_of_order|wrong_signature|before_answer|before_initialize_answer"
)
REFUND_PATH = re.compile(rf"normal|slow|slow:{NUMBER}|failed|needs_attention|stuck_pending")
SMTP = re.compile(rf"normal|refused|421|550|451|drop_after_data|delay:{NUMBER}")


def _word(pattern: re.Pattern[str]) -> Callable[[object], bool]:
    return lambda value: isinstance(value, str) and pattern.fullmatch(value) is not None


def _whole(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _text(value: object) -> bool:
    return isinstance(value, str) and value != ""


RULES: dict[str, Callable[[object], bool]] = {
    "webhook": _word(WEBHOOK),
    **dict.fromkeys(ENDPOINTS, _word(FAULT)),
    "refund_path": _word(REFUND_PATH),
    "balance": _word(re.compile("normal|low")),
    "amount_delta": _whole,
    "fees_on_customer": lambda value: isinstance(value, bool),
    "currency": _text,
    "domain": _text,
    "status": _text,
    "metadata": lambda value: value is None or value in ("string", "") or (_whole(value) and value == 0),
    "smtp": _word(SMTP),
    "s3": _word(FAULT),
}


@dataclass(frozen=True)
class Switch:
    scope: str
    name: str
    value: object
    times: int | None

    @property
    def word(self) -> str:
        return str(self.value).partition(":")[0]

    @property
    def number(self) -> float:
        return float(str(self.value).partition(":")[2] or 0)


class Switches:
    """Thread-safe. `watch` is told after every change (the mailbox closes its port on `smtp: refused`)."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.watchers: list[Callable[[], None]] = []

    def watch(self, watcher: Callable[[], None]) -> None:
        self.watchers.append(watcher)

    def _tell(self) -> None:
        for watcher in self.watchers:
            watcher()

    def put(self, wanted: Mapping[str, object], *, scope: str = GLOBAL, times: int | None = None) -> None:
        """Raises ValueError for a name or value that means nothing; then nothing is set."""
        for name, value in wanted.items():
            if name not in RULES or not RULES[name](value):
                raise ValueError(f"{name}: {value!r} means nothing; names are {', '.join(RULES)}")
        # References have no @: a scope with one is a mail address, and those are told apart without case.
        scope = scope.lower() if "@" in scope else scope
        with self.state.transaction():
            for name, value in wanted.items():
                self.state.run(
                    "INSERT OR REPLACE INTO switches (scope, name, value, times) VALUES (?, ?, ?, ?)",
                    scope, name, json.dumps(value), times,
                )  # fmt: skip
        self._tell()

    def clear(self, *, scope: str | None = None, name: str | None = None) -> int:
        gone = self.state.run(
            "DELETE FROM switches WHERE (?1 IS NULL OR scope = ?1) AND (?2 IS NULL OR name = ?2)", scope, name
        )
        self._tell()
        return gone

    def everything(self) -> list[Switch]:
        rows = self.state.all("SELECT scope, name, value, times FROM switches ORDER BY scope, name")
        return [Switch(row["scope"], row["name"], json.loads(row["value"]), row["times"]) for row in rows]

    def peek(self, name: str, scope: str = GLOBAL) -> Switch | None:
        """The switch that would act, without using it up."""
        row = self.state.one(
            "SELECT scope, name, value, times FROM switches WHERE name = ? AND scope IN (?, ?)"
            " ORDER BY scope = ? LIMIT 1",
            name, scope, GLOBAL, GLOBAL,
        )  # fmt: skip
        return Switch(row["scope"], row["name"], json.loads(row["value"]), row["times"]) if row else None

    def take(self, name: str, scope: str = GLOBAL) -> Switch | None:
        """The switch that acts now; one with `times` is used up by as many takes."""
        with self.state.transaction():
            switch = self.peek(name, scope)
            if switch is not None and switch.times is not None:
                self._use_up(switch)
            return switch

    def take_first(self, name: str, scopes: Iterable[str]) -> Switch | None:
        """For a mail with several recipients: the first address that has a switch of its own, else the global one."""
        for scope in scopes:
            found = self.peek(name, scope)
            if found is not None and found.scope != GLOBAL:
                return self.take(name, scope)
        return self.take(name)

    def _use_up(self, switch: Switch) -> None:
        self.state.run("UPDATE switches SET times = times - 1 WHERE scope = ? AND name = ?", switch.scope, switch.name)
        self.state.run("DELETE FROM switches WHERE times <= 0")
