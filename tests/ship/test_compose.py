"""What docker-compose makes of the compose files. Its old version 1 knows neither the name of a project nor does it need an engine."""

import shutil
import subprocess
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

from runner.paths import ROOT
from tests.ship.composed import BASE, PRODUCTION, services

pytestmark = pytest.mark.slow


def configured(folder: Path, *files: Path, env_file: Path | None = None) -> subprocess.CompletedProcess[str]:
    """`docker-compose config`, without the line that version 1 does not know."""
    program = shutil.which("docker-compose")
    assert program, "docker-compose is not installed; ./dev test --slow installs it"
    nothing = folder / "nothing.env"
    nothing.touch()
    command = [program, "--project-directory", str(ROOT), "--env-file", str(env_file or nothing)]
    for file in files:
        understood = folder / file.name
        understood.write_text(file.read_text().replace("name: smartstay\n", ""))
        command += ["-f", str(understood)]
    return subprocess.run([*command, "config"], check=False, capture_output=True, text=True, timeout=120)


def test_the_base_is_whole_without_being_told_anything(tmp_path: Path) -> None:
    done = configured(tmp_path, BASE)
    assert done.returncode == 0, done.stderr
    told = yaml.safe_load(done.stdout)["services"]
    assert set(told) == set(services())
    assert told["web"]["environment"]["ENVIRONMENT"] == "development"


def test_production_does_not_start_with_a_secret_missing(tmp_path: Path) -> None:
    done = configured(tmp_path, BASE, PRODUCTION, env_file=ROOT / "production.env.example")
    assert done.returncode != 0
    assert "Missing mandatory value" in done.stderr


def test_production_is_whole_with_the_example_filled_in(tmp_path: Path) -> None:
    lines = (ROOT / "production.env.example").read_text().splitlines()
    filled = tmp_path / "production.env"
    filled.write_text("\n".join(f"{line}{'filled-in' * 4 if line.endswith('=') else ''}" for line in lines))
    done = configured(tmp_path, BASE, PRODUCTION, env_file=filled)
    assert done.returncode == 0, done.stderr
    told = yaml.safe_load(done.stdout)["services"]
    web = told["web"]["environment"]
    assert (web["ENVIRONMENT"], web["PROCESS"], web["TRUSTED_PROXIES"]) == ("production", "web", "1")
    assert web["SECRET_KEY"] == "filled-in" * 4
    assert "/srv/smartstay/tls:/etc/nginx/tls:ro" in told["nginx"]["volumes"]
    assert len(told["nginx"]["ports"]) == 4
