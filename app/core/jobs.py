"""Work for later, named and limited. A module declares its jobs; `workers` binds each to one verb of a service."""

from dataclasses import dataclass
from enum import StrEnum

HOUR = 3600


class Queue(StrEnum):
    """`critical`: money and confirmations. `bulk`: mail, geocoding, reports. `ticks`: short SQL of beat alone."""

    CRITICAL = "critical"
    BULK = "bulk"
    TICKS = "ticks"


@dataclass(frozen=True, slots=True)
class Job:
    """`limit`: seconds after which a run is killed. `attempts`: runs that may crash or fail before a person must look.

    `give_up_after`: seconds during which an absent vendor or server costs no attempt.
    """

    name: str
    queue: Queue
    limit: int
    attempts: int = 5
    give_up_after: int = 24 * HOUR


REGISTRY: dict[str, Job] = {}


def declare(job: Job) -> Job:
    """Makes the job known by its name, which must be new."""
    if job.name in REGISTRY:
        raise ValueError(f"two jobs are called {job.name}")
    REGISTRY[job.name] = job
    return job
