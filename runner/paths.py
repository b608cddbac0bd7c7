"""Where things are. All that belongs to this machine lies in `.local/`."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCAL = ROOT / ".local"
VENV = Path(sys.prefix)
SERVER_ACCOUNT = "postgres"
SHARED_TEMPORARY = Path("/var/tmp")  # noqa: S108  # survives a reboot; what lies there is checked below


def runs_as_root() -> bool:
    return os.geteuid() == 0


def data_home(name: str) -> Path:
    """The folder for a system's database: `.local/NAME`, or a folder outside the checkout.

    PostgreSQL refuses to run as root, and its own account cannot pass through `/root`, for one.
    """
    home = LOCAL / name
    home.mkdir(parents=True, exist_ok=True)
    if not runs_as_root() or _server_account_reaches(home):
        return home
    outside = outside_home(name)
    outside.mkdir(mode=0o711, parents=True, exist_ok=True)
    for folder in (outside.parent, outside):
        _refuse_foreign(folder)
        folder.chmod(0o711)
    return outside


def outside_home(name: str) -> Path:
    checkout = hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]
    return SHARED_TEMPORARY / f"smartstay-{checkout}" / name


def _server_account_reaches(folder: Path) -> bool:
    command = [*as_server_account(), "test", "-x", str(folder)]
    return subprocess.run(command, check=False, capture_output=True, cwd="/").returncode == 0


def as_server_account() -> list[str]:
    """What to put before a command so that it runs under the account PostgreSQL accepts."""
    if not runs_as_root():
        return []
    return ["setpriv", "--reuid", SERVER_ACCOUNT, "--regid", SERVER_ACCOUNT, "--clear-groups", "--"]


def _refuse_foreign(folder: Path) -> None:
    if folder.is_symlink() or folder.stat().st_uid != os.geteuid():
        raise PermissionError(f"{folder} belongs to someone else; remove it and try again")
