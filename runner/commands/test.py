"""`./dev test`: the checks and the tests, on servers of their own. CI runs exactly this."""

import sys

from runner.commands.check import run_checks, run_migration_check, static_checks
from runner.console import say
from runner.environment import surroundings
from runner.interruption import run_in_foreground
from runner.system import System

PARALLEL = ("-n", "3")  # one of them mostly waits: for processes that die and come back


def test(arguments: list[str]) -> int:
    """Without arguments the checks come first; with some, only those tests run. `--slow`: those that take long, one by one."""
    system = System("test", persistent=False)
    try:
        system.start_servers()
        failed = [] if arguments else run_checks(static_checks(), surroundings())
        failed += [] if arguments else run_migration_check(system)
        status = _run_tests(system, arguments)
    finally:
        system.destroy()
    if failed:
        say(f"checks that failed: {', '.join(failed)}")
    return status or (1 if failed else 0)


def _run_tests(system: System, arguments: list[str]) -> int:
    servers = {
        "TEST_DATABASE_ADMIN_URL": system.postgres.url("postgres"),
        "TEST_REDIS_URL": system.redis.url(),
    }
    one_by_one = any(argument.startswith(("-n", "--numprocesses", "--slow")) for argument in arguments)
    parallel = () if one_by_one else PARALLEL
    return run_in_foreground([sys.executable, "-m", "pytest", *parallel, *arguments], surroundings() | servers)
