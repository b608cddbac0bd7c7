"""`./dev check`: all that can be said without running a test."""

import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from runner.console import RunnerError, say
from runner.environment import surroundings
from runner.paths import ROOT, VENV
from runner.system import System

TYPED = ("app", "workers", "sandbox", "runner", "demo", "bench", "tests", "celeryconfig.py", "wsgi.py")


@dataclass(frozen=True)
class Check:
    name: str
    command: tuple[str, ...]


def check(_arguments: list[str]) -> int:
    failed = run_checks(static_checks(), surroundings())
    if (ROOT / "migrations").is_dir():
        system = System("check", persistent=False)
        try:
            system.start_servers()
            failed += run_migration_check(system)
        finally:
            system.destroy()
    say(f"failed: {', '.join(failed)}" if failed else "all checks passed")
    return 1 if failed else 0


def static_checks() -> list[Check]:
    return [
        Check("format", (_tool("ruff"), "format", "--check", ".")),
        Check("lint", (_tool("ruff"), "check", ".")),
        Check("types", (_tool("mypy"), *(name for name in TYPED if _has_python(name)))),
        Check("imports", (_tool("lint-imports"),)),
        Check("dependencies", (_tool("deptry"), ".")),
        Check("shell", (_tool("shellcheck"), "dev", ".ci/run")),
        Check("image", (_tool("hadolint"), "Dockerfile")),
        Check("compose", _by_schema("vendor.compose-spec", "docker-compose*.yml")),
        Check("workflows", _by_schema("vendor.github-workflows", ".github/workflows/*.yml")),
        Check("their rights", (_tool("zizmor"), "--offline", "--no-progress", "--quiet", ".github")),
    ]


def _by_schema(schema: str, pattern: str) -> tuple[str, ...]:
    files = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob(pattern))
    return (_tool("check-jsonschema"), "--builtin-schema", schema, *files)


def run_migration_check(system: System) -> list[str]:
    """The migrations run from nothing, and make exactly what the models say."""
    if not (ROOT / "migrations").is_dir():
        return []
    try:
        system.migrate()
    except RunnerError as error:
        say(f"FAILED  migrations\n{error}")
        return ["migrations"]
    flask_db = f'"{sys.executable}" -m flask --app wsgi db'
    checks = [
        Check("migrations", ("sh", "-c", f"{flask_db} check")),
        Check("their SQL", ("sh", "-c", f'{flask_db} sql | "{_tool("squawk")}"')),
    ]
    return run_checks(checks, system.environment())


def run_checks(checks: Iterable[Check], environment: Mapping[str, str]) -> list[str]:
    """Run them one after the other; the output of those that fail is shown. Returns the names of those."""
    return [check.name for check in checks if not _passes(check, environment)]


def _passes(check: Check, environment: Mapping[str, str]) -> bool:
    started = time.monotonic()
    done = subprocess.run(
        check.command,
        check=False,
        env=environment,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    passed = done.returncode == 0
    say(f"{'ok    ' if passed else 'FAILED'}  {check.name}  ({time.monotonic() - started:.1f} s)")
    if not passed:
        say(done.stdout.rstrip())
    return passed


def _has_python(name: str) -> bool:
    path = ROOT / name
    return path.is_file() or any(path.rglob("*.py"))


def _tool(name: str) -> str:
    return str(VENV / "bin" / name)
