"""The relay's two connections to PostgreSQL: one listens for calls, one works. If either fails both are opened anew."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import psycopg

from app.config import Settings
from app.core.wakeup import CHANNEL

# Claims and deletions need not wait for the disk: what is lost with the server is sent once more. Ending an idle
# transaction after five seconds frees the lock of a relay that froze.
OPTIONS = (
    "-c synchronous_commit=off -c statement_timeout=5s -c lock_timeout=2s"
    " -c idle_in_transaction_session_timeout=5s -c timezone=UTC"
)


class Connections(NamedTuple):
    ears: psycopg.Connection
    work: psycopg.Connection

    def wait(self, seconds: float) -> None:
        """Returns when called or after so many seconds. Raises psycopg.Error."""
        for _ in self.ears.notifies(timeout=seconds, stop_after=1):
            return


@contextmanager
def opened(settings: Settings) -> Iterator[Connections]:
    """Both connections, already listening. Raises psycopg.Error."""
    with _connect(settings) as ears, _connect(settings) as work:
        ears.execute(f"LISTEN {CHANNEL}")
        yield Connections(ears, work)


def _connect(settings: Settings) -> psycopg.Connection:
    return psycopg.connect(
        settings.database_url.replace("postgresql+psycopg://", "postgresql://"),
        autocommit=True,
        connect_timeout=3,
        options=OPTIONS,
        application_name="smartstay-relay",
        keepalives_idle=5,
        keepalives_interval=2,
        keepalives_count=2,
        tcp_user_timeout=5000,
    )
