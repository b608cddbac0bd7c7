"""Celery as workers, beat and Flower start it (`celery -A workers.celery_app …`) and as the relay publishes by it."""

import gc
import logging as stdlib_logging
from typing import Any

from celery import Celery, signals

from app.config import settings
from app.core import boot_check, db, logging, orphans, redis_client
from workers import figures
from workers.worker_steps import EventsTogether, NoReceipts

TASKS = ("workers.tasks.critical", "workers.tasks.bulk", "workers.tasks.ticks")
TABLES = "app.models"  # all of them: keys name tables of modules that no job imports

celery_app = Celery("smartstay", config_source="celeryconfig", include=(TABLES, *TASKS), amqp="workers.connection:Amqp")
celery_app.steps["consumer"].update({EventsTogether, NoReceipts})


def _refuse_wrong_process(**_: Any) -> None:
    boot_check.refuse_wrong_process(settings().process)


def _configure_logging(**_: Any) -> None:
    logging.configure(settings().log_level, settings().process)
    # They would log every message, run and failure once more, without the request's id.
    stdlib_logging.getLogger("celery.worker.strategy").setLevel("WARNING")
    stdlib_logging.getLogger("celery.app.trace").setLevel("CRITICAL")


def _set_aside(**_: Any) -> None:
    """What every child inherits is no garbage: to look through it would only copy its pages into each of them."""
    gc.freeze()


def _tell_figures(**_: Any) -> None:
    figures.serve(settings())


def _connect_child(**_: Any) -> None:
    orphans.die_with_parent()  # the parent kills a run at its limit: one that outlived it could meet its successor
    db.connect(settings())
    redis_client.connect(settings().redis_url, settings().redis_prefix)


signals.celeryd_init.connect(_refuse_wrong_process)
signals.beat_init.connect(_refuse_wrong_process)
signals.setup_logging.connect(_configure_logging)
signals.worker_init.connect(_set_aside)
signals.worker_ready.connect(_tell_figures)
signals.worker_process_init.connect(_connect_child)
