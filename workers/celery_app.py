"""Celery as workers, beat and Flower start it (`celery -A workers.celery_app …`) and as the relay publishes by it."""

import ctypes
import logging as stdlib_logging
import os
import signal
from typing import Any

from celery import Celery, signals

from app.config import settings
from app.core import boot_check, db, logging, redis_client

PR_SET_PDEATHSIG = 1
TASKS = ("workers.tasks.critical", "workers.tasks.bulk", "workers.tasks.ticks")

celery_app = Celery("smartstay", config_source="celeryconfig", include=TASKS)


def _refuse_wrong_process(**_: Any) -> None:
    boot_check.refuse_wrong_process(settings().process)


def _configure_logging(**_: Any) -> None:
    logging.configure(settings().log_level, settings().process)
    # It would log every run and every failure a second time, without the request's id.
    stdlib_logging.getLogger("celery.app.trace").setLevel("CRITICAL")


def _connect_child(**_: Any) -> None:
    _die_with_parent()
    db.connect(settings())
    redis_client.connect(settings().redis_url, settings().redis_prefix)


def _die_with_parent() -> None:
    """The parent is who kills a run at its limit; a run that outlived it could meet its own successor."""
    parent = os.getppid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os.kill(os.getpid(), signal.SIGKILL)


signals.celeryd_init.connect(_refuse_wrong_process)
signals.beat_init.connect(_refuse_wrong_process)
signals.setup_logging.connect(_configure_logging)
signals.worker_process_init.connect(_connect_child)
