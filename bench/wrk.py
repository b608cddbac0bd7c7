"""wrk, which costs the machine it shares with the server far less than any client in Python would."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# Told by every script of ours at the end; wrk's own words round.
DONE = Path(__file__).parent / "wrk_done.lua"


@dataclass(frozen=True)
class Wrk:
    """Answers a second, times in milliseconds, and how many answers were not 2xx or never came.

    `refused`: what a script of its own counts apart from errors.
    """

    per_second: float
    p50_ms: float
    p99_ms: float
    errors: int
    refused: int = 0


def wrk(url: str, *, connections: int, seconds: int, script: Path | None = None, env: Mapping[str, str]) -> Wrk:
    """Asks for `seconds` over so many connections kept open. `script`: Lua that makes the requests, and ends with
    `dofile(os.getenv("WRK_DONE"))`; without one, GETs of the URL."""
    options = ["-t", "1", "-c", str(connections), "-d", f"{seconds}s", "--timeout", "10s", "-s", str(script or DONE)]
    done = subprocess.run(
        ["wrk", *options, url], check=True, stdout=subprocess.PIPE, text=True, env={**env, "WRK_DONE": str(DONE)}
    )
    told = json.loads(done.stdout.rstrip().splitlines()[-1])
    return Wrk(**told)
