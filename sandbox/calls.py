"""How often each endpoint was called, and about which reference: tests assert that nothing was asked twice."""

import sqlite3

from sandbox.state import State


class Calls:
    def __init__(self, state: State) -> None:
        self.state = state

    def record(self, endpoint: str, reference: str) -> None:
        self.state.run(
            "INSERT INTO calls (endpoint, reference, count) VALUES (?, ?, 1)"
            " ON CONFLICT (endpoint, reference) DO UPDATE SET count = count + 1",
            endpoint, reference,
        )  # fmt: skip

    def rows(self, endpoint: str | None, reference: str | None) -> list[sqlite3.Row]:
        return self.state.all(
            "SELECT endpoint, reference, count FROM calls WHERE (?1 IS NULL OR endpoint = ?1)"
            " AND (?2 IS NULL OR reference = ?2) ORDER BY endpoint, reference",
            endpoint, reference,
        )  # fmt: skip

    def reset(self) -> None:
        self.state.run("DELETE FROM calls")
