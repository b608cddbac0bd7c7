"""PostgreSQL's own load generator: what the database gives when no Python stands before it."""

import re
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from runner.postgres import program


@dataclass(frozen=True)
class Pgbench:
    """Transactions a second, and their average in milliseconds."""

    per_second: float
    latency_ms: float
    failed: int


def pgbench(url: str, script: Path, *, clients: int, seconds: int, variables: Sequence[str] = ()) -> Pgbench:
    """Plays a script of SQL and pgbench's own commands, prepared statements, `variables` as NAME=VALUE.

    Raises subprocess.CalledProcessError when a statement fails.
    """
    options = ["-n", "-M", "prepared", "-f", str(script), "-c", str(clients), "-j", "1", "-T", str(seconds)]
    defined = [word for variable in variables for word in ("-D", variable)]
    libpq = url.replace("postgresql+psycopg://", "postgresql://")
    command = [str(program("pgbench")), *options, *defined, libpq]
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    return Pgbench(_figure(r"tps = ([\d.]+)", told), _figure(r"latency average = ([\d.]+)", told), _failed(told))


def _figure(pattern: str, told: str) -> float:
    found = re.search(pattern, told)
    if found is None:
        raise ValueError(f"pgbench did not say {pattern!r}:\n{told}")
    return float(found[1])


def _failed(told: str) -> int:
    found = re.search(r"number of failed transactions: (\d+)", told)
    return int(found[1]) if found else 0
