"""What may be tuned while the sandbox runs; kept in the state, so a restart keeps it."""

import json
from collections.abc import Mapping

from sandbox.state import State

DEFAULTS: dict[str, object] = {
    "webhook_url": None,
    "retry_factor": 1.0,
    "webhook_attempts": 12,
    "webhook_timeout_seconds": 10.0,
    "refund_step_seconds": 1.0,
}


def _fits(name: str, value: object) -> bool:
    if name == "webhook_url":
        return value is None or (isinstance(value, str) and value.startswith(("http://", "https://")))
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


class Settings:
    def __init__(self, state: State) -> None:
        self.state = state

    def get(self, name: str) -> object:
        row = self.state.one("SELECT value FROM settings WHERE name = ?", name)
        return json.loads(row["value"]) if row else DEFAULTS.get(name)

    def number(self, name: str) -> float:
        return float(str(self.get(name) or 0))

    @property
    def webhook_url(self) -> str | None:
        url = self.get("webhook_url")
        return str(url) if url else None

    def everything(self) -> dict[str, object]:
        return {name: self.get(name) for name in DEFAULTS}

    def put(self, name: str, value: object) -> None:
        self.state.run("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", name, json.dumps(value))

    def change(self, wanted: Mapping[str, object]) -> None:
        """Raises ValueError naming the first setting that does not exist or does not fit; then nothing is changed."""
        for name, value in wanted.items():
            if name not in DEFAULTS or not _fits(name, value):
                raise ValueError(f"{name}: no such setting, or not a fitting value")
        for name, value in wanted.items():
            self.put(name, value)
