"""A Socket.IO client that hands over messages in the order in which they came, as a browser does."""

from typing import Any

import engineio
import socketio


class _InOrder(engineio.Client):  # type: ignore[misc]
    """The library starts a thread for each message, and these overtake one another."""

    def _trigger_event(self, event: str, *args: Any, **kwargs: Any) -> Any:
        if event == "message" and str(args[0]).startswith("2"):
            kwargs["run_async"] = False
        return super()._trigger_event(event, *args, **kwargs)


class OrderedClient(socketio.Client):  # type: ignore[misc]
    """python-socketio's client, in order."""

    def _engineio_client_class(self) -> type[engineio.Client]:
        return _InOrder
