"""The variables every process of a system gets: what `app/config.py` and `supervisord.conf` read."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from runner.paths import ROOT, VENV

DATABASE = "smartstay"
FLOWER_USER = "smartstay"
FLOWER_PASSWORD = "smartstay"  # noqa: S105  # of a development system that listens on loopback alone
DEVELOPMENT_SECRET = "development-only-secret-of-smartstay"  # noqa: S105
LOOPBACK = "127.0.0.1"
WEBHOOK_PATH = "/api/v1/webhooks/paystack"


def settings(ports: Mapping[str, int]) -> dict[str, str]:
    """What the application reads."""
    return {
        "ENVIRONMENT": "development",
        "PROCESS": "cli",
        "SECRET_KEY": DEVELOPMENT_SECRET,
        "DATABASE_URL": f"postgresql+psycopg://smartstay@{LOOPBACK}:{ports['postgres']}/{DATABASE}",
        "REDIS_URL": f"redis://{LOOPBACK}:{ports['redis']}/0",
        "PUBLIC_API_URL": f"http://{LOOPBACK}:{ports['web']}",
        "PUBLIC_REALTIME_URL": f"http://{LOOPBACK}:{ports['realtime']}",
        "HOLDS_PER_ADDRESS": "100000",  # one machine plays all guests
        "UNPAID_BOOKINGS_PER_ADDRESS": "100000",
        "CORS_ORIGINS": json.dumps(["http://localhost:3000", f"http://{LOOPBACK}:3000"]),
        **_wide_limits(),
        "SMTP_HOST": LOOPBACK,
        "SMTP_PORT": str(ports["smtp"]),
        **_vendors(f"http://{LOOPBACK}:{ports['sandbox']}"),
    }


def _wide_limits() -> dict[str, str]:
    """All guests of a demo, a play or a bench come from one address, as fast as they can."""
    classes = ("SEARCH", "READ", "WRITE", "ADMIN", "AUTH")
    return {f"RATE_LIMIT_{name}": "1000000/minute" for name in classes}


def _vendors(sandbox: str) -> dict[str, str]:
    return {
        "SANDBOX_URL": sandbox,
        "PAYSTACK_BASE_URL": f"{sandbox}/paystack",
        "PAYSTACK_SECRET_KEY": "sk_test_smartstay_development",
        "S3_ENDPOINT_URL": sandbox,
        "S3_ACCESS_KEY_ID": "smartstay-development",
        "S3_SECRET_ACCESS_KEY": "smartstay-development",
        "PUBLIC_PHOTOS_URL": f"{sandbox}/smartstay-photos",
    }


def processes(ports: Mapping[str, int], *, run_dir: Path, socket: Path) -> dict[str, str]:
    """What `supervisord.conf` fills in."""
    return {
        "RUN_DIR": str(run_dir),
        "RUN_SOCKET": str(socket),
        "PROMETHEUS_MULTIPROC_DIR": str(run_dir / "metrics"),
        "VENV": str(VENV),
        "WEB_PORT": str(ports["web"]),
        "WEB_WORKERS": os.environ.get("WEB_WORKERS", "2"),
        "WEB_PROCESSES": os.environ.get("WEB_WORKERS", "2"),
        "WEB_THREADS": os.environ.get("WEB_THREADS", "4"),
        "REALTIME_PORT": str(ports["realtime"]),
        "FLOWER_PORT": str(ports["flower"]),
        "FLOWER_BASIC_AUTH": f"{FLOWER_USER}:{FLOWER_PASSWORD}",
        "SANDBOX_PORT": str(ports["sandbox"]),
        "PAYSTACK_WEBHOOK_URL": f"http://{LOOPBACK}:{ports['web']}{WEBHOOK_PATH}",
    }


def surroundings() -> dict[str, str]:
    """The caller's own environment, made fit for ours: unbuffered, the checkout importable, no proxy for loopback."""
    outer = dict(os.environ)
    exempt = [entry for entry in (outer.get("no_proxy") or outer.get("NO_PROXY") or "").split(",") if entry]
    no_proxy = ",".join(dict.fromkeys([*exempt, LOOPBACK, "localhost"]))
    return outer | {
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": str(ROOT),
        "NO_PROXY": no_proxy,
        "no_proxy": no_proxy,
    }


def from_file(path: Path) -> dict[str, str]:
    """`NAME=value` lines; empty ones and those that begin with # do not count. Nothing when there is no file."""
    if not path.exists():
        return {}
    lines = [line.strip() for line in path.read_text().splitlines()]
    pairs = [line.partition("=") for line in lines if line and not line.startswith("#")]
    return {name.strip(): value.strip() for name, _, value in pairs}
