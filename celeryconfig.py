"""How Celery is set up: constants alone. Celery carries ids to the workers; the outbox keeps the promises."""

import os

from kombu import Exchange, Queue

# The broker. Every command ends within seconds, whatever Redis does, and nobody ever gives up on reaching it again.
broker_url = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")
broker_transport_options = {
    "global_keyprefix": os.environ.get("REDIS_PREFIX", "smartstay:"),
    "socket_timeout": 5,
    "socket_connect_timeout": 2,
    "socket_keepalive": True,
    "health_check_interval": 10,
    "visibility_timeout": 3600,
}
broker_connection_timeout = 2
broker_connection_retry_on_startup = True
broker_connection_max_retries = None
# A Redis that answers and takes nothing (no memory, no disk, no replica) is away as well: a worker waits and does not end.
broker_channel_error_retry = True
task_publish_retry = False

# Queues. The exchange is Celery's nameless one: a message finds its queue though Redis was wiped and knows no bindings.
_direct = Exchange("smartstay", type="direct")
task_queues = tuple(Queue(name, _direct, routing_key=name, no_ack=True) for name in ("critical", "bulk", "ticks"))
task_default_queue = "bulk"
task_default_exchange = "smartstay"
task_default_routing_key = "bulk"
task_create_missing_queues = False

# Messages: ids as JSON. Gone from Redis as soon as they are read, for a message that is lost is sent again from its row.
task_serializer = "json"
accept_content = ["json"]
task_acks_late = False
task_ignore_result = True
result_backend = None
timezone = "UTC"
enable_utc = True

# Workers. A message is fetched when a child is free for it, never before.
worker_disable_prefetch = True
worker_prefetch_multiplier = 1
worker_cancel_long_running_tasks_on_connection_loss = False
worker_max_tasks_per_child = 5000
worker_max_memory_per_child = 250_000  # KiB
worker_hijack_root_logger = False
worker_redirect_stdouts = False
worker_send_task_events = True  # Flower shows them
worker_detect_quorum_queues = False
task_send_sent_event = False

# Ticks: orders to look, never orders to act. A tick that waited too long is dropped, for a younger one stands behind it. Its end
# is an instant by beat's clock, judged by the worker's: ten minutes, or no tick would live where the clocks differ by five.
_TICK = {"queue": "ticks", "expires": 600}
beat_scheduler = "workers.steady_beat:SteadyScheduler"
beat_max_loop_interval = 1
beat_schedule = {
    "holds.expire": {"task": "holds.expire", "schedule": 1.0, "options": _TICK},
    "holds.warn": {"task": "holds.warn", "schedule": 1.0, "options": _TICK},
    "payments.recheck": {"task": "payments.recheck", "schedule": 5.0, "options": _TICK},
    "payments.follow_through": {"task": "payments.follow_through", "schedule": 15.0, "options": _TICK},
    "refunds.follow": {"task": "refunds.follow", "schedule": 30.0, "options": _TICK},
    "payments.reconcile": {"task": "payments.reconcile", "schedule": 3600.0, "options": _TICK},
    "photos.sweep": {"task": "photos.sweep", "schedule": 86400.0, "options": _TICK},
    "rates.extend": {"task": "rates.extend", "schedule": 86400.0, "options": _TICK},
    "upkeep.purge": {"task": "upkeep.purge", "schedule": 86400.0, "options": _TICK},
    "invariants.check": {"task": "invariants.check", "schedule": 86400.0, "options": _TICK},
}
