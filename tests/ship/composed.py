"""docker-compose.yml as data: what nginx is told there, and how the processes behind it are run."""

import re
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]

from runner.paths import ROOT

DEFAULT = re.compile(r"\$\{\w+:-([^}]*)\}")
BASE, PRODUCTION = ROOT / "docker-compose.yml", ROOT / "docker-compose.production.yml"


def services(path: Path = BASE) -> dict[str, dict[str, Any]]:
    """By name, anchors resolved."""
    found: dict[str, dict[str, Any]] = yaml.safe_load(path.read_text())["services"]
    return found


def nginx_variables() -> dict[str, str]:
    """What the templates are filled in with when nobody sets anything."""
    told = services()["nginx"]["environment"]
    return {name: DEFAULT.sub(r"\1", str(value)) for name, value in told.items()}


def command_of(name: str, port: int) -> list[str]:
    """A process as its container runs it, on another port of the loopback address alone."""
    (inner,) = {"web": ["8000"], "realtime": ["8001"]}[name]
    swapped = {inner: str(port), "0.0.0.0": "127.0.0.1", f"0.0.0.0:{inner}": f"127.0.0.1:{port}"}  # noqa: S104
    return [swapped.get(word, word) for word in services()[name]["command"]]
