"""A worker's own `/metrics`: what is confirmed, paid and done is counted in workers, and in their containers no web process tells it."""

from prometheus_client import CollectorRegistry, multiprocess, start_http_server

from app.config import Settings


def serve(settings: Settings) -> None:
    """Tells the figures of this worker and its children on `worker_metrics_port`, if there is one: on every address, so publish it nowhere.

    Raises OSError when the port is taken.
    """
    if settings.worker_metrics_port is None:
        return
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry, settings.prometheus_multiproc_dir)  # type: ignore[no-untyped-call]
    start_http_server(settings.worker_metrics_port, registry=registry)
