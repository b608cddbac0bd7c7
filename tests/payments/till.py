"""The guest's side of the gateway, and its levers: pay, misbehave, count. Over the sandbox's own control API."""

import time
from collections.abc import Callable
from typing import Any

import requests

from sandbox.server import Sandbox

PATIENCE_SECONDS = 10.0


def eventually(what: Callable[[], Any]) -> Any:
    """The first truthy answer. Fails after ten seconds."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        if answer := what():
            return answer
        time.sleep(0.02)
    raise AssertionError("it did not come to pass")


class Till:
    def __init__(self, box: Sandbox) -> None:
        self.box = box

    def pay(self, reference: str, card: str = "success") -> dict[str, Any]:
        """What the guest's card does on the checkout page."""
        return self._post("pay", {"reference": reference, "card": card})

    def switch(self, *, scope: str = "global", times: int | None = None, **switches: Any) -> None:
        """`switch(verify="500")`; see sandbox.switches."""
        self.box.world.switches.put(switches, scope=scope, times=times)

    def clear(self) -> None:
        """Behave again."""
        self.box.world.switches.clear()

    def calls(self, endpoint: str, reference: str | None = None) -> int:
        """How often the endpoint was asked, about anything or this reference."""
        return sum(row["count"] for row in self.box.world.calls.rows(endpoint, reference))

    def refunds(self, reference: str) -> list[dict[str, Any]]:
        """The gateway's refunds of the transaction, newest first."""
        listed: list[dict[str, Any]] = self._get("refunds", reference=reference)
        return listed

    def move_refund(self, refund_id: int, status: str) -> None:
        self._post(f"refunds/{refund_id}/state", {"status": status})

    def deliveries(self, reference: str) -> list[dict[str, Any]]:
        """The webhooks about the transaction, once none of them is still on its way."""
        return list(eventually(lambda: self._settled(reference)))

    def send(self, body: Any, **more: Any) -> int:
        """Sends a webhook made by hand; returns our answer's status."""
        return int(self._post("webhook", {"body": body} | more)["attempts"][-1]["status"])

    def _settled(self, reference: str) -> list[dict[str, Any]] | None:
        listed: list[dict[str, Any]] = self._get("deliveries", reference=reference)
        return listed if listed and all(one["state"] != "waiting" for one in listed) else None

    def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = requests.post(f"{self.box.url}/_control/{path}", json=body, timeout=20)
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def _get(self, path: str, **query: str) -> Any:
        return requests.get(f"{self.box.url}/_control/{path}", params=query, timeout=20).json()
