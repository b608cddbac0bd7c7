"""Refuses to start a process that would run and quietly misbehave.

Under gevent everything must be patched before psycopg is imported, or each query stops the whole event loop; anywhere
else nothing may be patched. An installed gevent-websocket breaks every WebSocket of gunicorn's gevent worker.
"""

import importlib.util
import sys

from psycopg import waiting

from app.config import Process


def refuse_wrong_process(process: Process) -> None:
    """Ends the process with one sentence when it is patched and should not be, or should be and is not."""
    if process == "cli":
        return
    fault = _fault_of_realtime() if process == "realtime" else _fault_of_the_others()
    if fault:
        raise SystemExit(f"{process} does not start: {fault}")


def _fault_of_realtime() -> str | None:
    if not _patched():
        return "gevent must patch the standard library first; start it by gunicorn with gunicorn.conf.py"
    if waiting.wait is not waiting.wait_poll:
        return f"psycopg waits with {waiting.wait!r}: it was imported before the patch, or PSYCOPG_WAIT_FUNC is set"
    if importlib.util.find_spec("geventwebsocket") is not None:
        return "gevent-websocket is installed and breaks WebSockets; uninstall it"
    return None


def _fault_of_the_others() -> str | None:
    return "gevent has patched the standard library, which only realtime may run with" if _patched() else None


def _patched() -> bool:
    monkey = sys.modules.get("gevent.monkey")
    return monkey is not None and bool(monkey.is_module_patched("socket"))
