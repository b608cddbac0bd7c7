"""How the realtime process is served: gunicorn's gevent worker, one per process (Socket.IO's polling needs one memory).

The patch comes before every other import: psycopg and redis choose their way to wait when they are imported.
"""

from gevent import monkey

monkey.patch_all()

import os  # noqa: E402
import sys  # noqa: E402

from gunicorn.arbiter import Arbiter  # noqa: E402
from gunicorn.workers.base import Worker  # noqa: E402
from prometheus_client import multiprocess  # noqa: E402

wsgi_app = "wsgi:app"
bind = f"{os.environ.get('REALTIME_HOST', '127.0.0.1')}:{os.environ.get('REALTIME_PORT', '8001')}"
worker_class = "gevent"
workers = 1
worker_connections = 2000
timeout = 30
# Open sockets never end by themselves: waiting longer only makes every deploy longer.
graceful_timeout = 3
# The application must be imported in the worker: its greenlets and connections do not survive a fork.
preload_app = False
# Its default path is shared by all gunicorns of a user.
control_socket_disable = True
accesslog = None


def worker_exit(_server: Arbiter, worker: Worker) -> None:
    """A process that refuses to start says why and ends as a whole; gunicorn alone would try again for ever."""
    refusal = sys.exc_info()[1]
    if isinstance(refusal, SystemExit) and not worker.booted:
        print(refusal.code, file=sys.stderr, flush=True)  # noqa: T201 - there is no log before the application has started
        os._exit(Arbiter.WORKER_BOOT_ERROR)


def child_exit(_server: Arbiter, worker: Worker) -> None:
    """The figures of a process that ended are no longer counted as open sockets."""
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]
