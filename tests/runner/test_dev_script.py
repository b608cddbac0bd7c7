"""`./dev` before anything is installed: its help, and what it says where it can do nothing."""

import os
import re
import shutil
import subprocess
from pathlib import Path

from runner.__main__ import COMMANDS
from runner.paths import ROOT, VENV

APT_LINE = (
    "apt-get update && apt-get install -y --no-install-recommends "
    "ca-certificates python3-venv postgresql-postgis redis-server"
)


def run(command: list[str], *, cwd: Path = ROOT, path: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": path or os.environ["PATH"]}
    return subprocess.run(command, check=False, capture_output=True, text=True, cwd=cwd, env=environment, timeout=60)


def test_the_scripts_are_clean() -> None:
    done = run([str(VENV / "bin" / "shellcheck"), "dev", ".ci/run"])
    assert done.stdout == ""
    assert done.returncode == 0


def test_no_argument_prints_help_and_installs_nothing(tmp_path: Path) -> None:
    shutil.copy(ROOT / "dev", tmp_path)
    done = run([str(tmp_path / "dev")], cwd=Path("/"))
    assert (done.returncode, done.stderr) == (0, "")
    assert "./dev demo [--json]" in done.stdout
    assert [entry.name for entry in tmp_path.iterdir()] == ["dev"]


def test_the_help_names_every_command_and_no_other() -> None:
    lines = [line.strip() for line in run(["./dev"]).stdout.splitlines()]
    named = {word for line in lines if line.startswith("./dev") for word in _commands(line)}
    assert named == set(COMMANDS)


def _commands(line: str) -> list[str]:
    usage = re.split(r" {2,}", line.removeprefix("./dev").strip())[0]
    return [part.split()[0] for part in usage.split(" | ")]


def test_an_unknown_command_is_refused_in_one_line() -> None:
    done = run([str(VENV / "bin" / "python"), "-m", "runner", "dance"])
    assert done.returncode == 2
    assert done.stderr.splitlines() == ["There is no command “dance”; ./dev lists them."]


def test_without_root_or_sudo_it_prints_the_one_line_to_run(tmp_path: Path) -> None:
    """A machine that lacks redis-server, seen by someone who may not install it."""
    checkout, programs = tmp_path / "check out", tmp_path / "bin"
    checkout.mkdir()
    programs.mkdir()
    shutil.copy(ROOT / "dev", checkout)
    for name in ("dirname", "mkdir", "flock", "cat", "sha256sum", "cut", "head"):
        (programs / name).symlink_to(shutil.which(name) or f"/usr/bin/{name}")
    _write_program(programs / "id", "echo 1000")
    _write_program(programs / "apt-get", "echo 'apt-get was called' >&2; exit 1")
    done = run(["/bin/sh", str(checkout / "dev"), "test"], path=str(programs))
    assert done.returncode == 1
    assert APT_LINE in done.stderr
    assert "apt-get was called" not in done.stderr


def _write_program(path: Path, body: str) -> None:
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
