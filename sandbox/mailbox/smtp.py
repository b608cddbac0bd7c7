"""The SMTP server: takes everything for everybody, unless a switch says otherwise."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from sandbox.switches import Switch
from sandbox.world import World

STEP_SECONDS = 2.0
REFUSALS = {
    "550": "550 5.1.1 The mailbox is not known here",
    "451": "451 4.3.0 Try again later",
}


class Keeper:
    """Hooks of aiosmtpd; they run on the listener's loop."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        switch = self.world.switches.peek("smtp", address.lower())
        if switch is not None and switch.word in REFUSALS:
            self.world.switches.take("smtp", address.lower())
            return REFUSALS[switch.word]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        switch = self._data_switch(envelope)
        if switch is not None and switch.word == "delay":
            await asyncio.sleep(switch.number)
        content = envelope.content or b""
        raw = content if isinstance(content, bytes) else content.encode()
        self.world.mail.keep(envelope.mail_from or "", list(envelope.rcpt_tos), raw)
        if switch is not None and switch.word == "drop_after_data" and server.transport is not None:
            server.transport.abort()  # type: ignore[attr-defined]
        return "250 OK: kept"

    def _data_switch(self, envelope: Envelope) -> Switch | None:
        scopes = [address.lower() for address in envelope.rcpt_tos]
        words = {self._peeked(scope) for scope in scopes}
        return self.world.switches.take_first("smtp", scopes) if words & {"delay", "drop_after_data"} else None

    def _peeked(self, scope: str) -> str:
        switch = self.world.switches.peek("smtp", scope)
        return switch.word if switch else "normal"


class Protocol(SMTP):
    """Greets with 421 and hangs up while the switch says so."""

    def __init__(self, world: World) -> None:
        # Any user and password will do, and no TLS is asked for: the port listens for development only.
        super().__init__(
            Keeper(world),
            enable_SMTPUTF8=True,
            auth_require_tls=False,
            authenticator=lambda *_: AuthResult(success=True),
        )
        self.switches = world.switches

    async def _handle_client(self) -> None:
        switch = self.switches.peek("smtp")
        if switch is None or switch.word != "421":
            await super()._handle_client()
            return
        self.switches.take("smtp")
        await self.push("421 4.3.2 Service not available")
        if self.transport is not None:
            self.transport.close()


class SmtpListener:
    """A loop on a thread of its own. `heed` closes and opens the port as the `refused` switch asks."""

    def __init__(self, world: World, host: str, port: int) -> None:
        self.world = world
        self.host = host
        self.port = port
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self._run, name="sandbox-smtp", daemon=True)
        self.server: asyncio.Server | None = None

    def _run(self) -> None:
        self.loop.run_forever()
        self.loop.close()

    def start(self) -> None:
        """Listening when it returns; `port` is the real one from here on. Raises OSError for a port in use."""
        self.thread.start()
        self._wait_for(self._open())

    def stop(self) -> None:
        self._wait_for(self._close())
        self._wait_for(self._hang_up())
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(STEP_SECONDS)

    def heed(self) -> None:
        switch = self.world.switches.peek("smtp")
        is_refused = switch is not None and switch.word == "refused"
        if not self.world.background.stopped.is_set():
            self._wait_for(self._close() if is_refused else self._open())

    def _wait_for(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self.loop).result(STEP_SECONDS)

    async def _open(self) -> None:
        if self.server is None:
            self.server = await self.loop.create_server(lambda: Protocol(self.world), self.host, self.port)
            self.port = self.server.sockets[0].getsockname()[1]

    async def _close(self) -> None:
        if self.server is not None:
            self.server.close()
            self.server = None

    async def _hang_up(self) -> None:
        others = [task for task in asyncio.all_tasks(self.loop) if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
