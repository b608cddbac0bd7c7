"""What is declared, bound, enqueued, scheduled and served fits together, although no import ties it."""

import ast
import configparser
import importlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import celeryconfig
from app.core.jobs import REGISTRY, Job, Queue
from workers.binding import BINDINGS, TICKS
from workers.celery_app import celery_app

ROOT = Path(__file__).resolve().parents[2]
# Cancelling a paid booking is not offered yet; what it will promise is ready.
NOT_PROMISED_YET = {"bookings.refund_due"}

SOURCES = sorted([*ROOT.glob("app/**/*.py"), *ROOT.glob("workers/**/*.py")])


@pytest.fixture(scope="module", autouse=True)
def loaded() -> None:
    celery_app.loader.import_default_modules()
    for path in SOURCES:
        if "declare(Job(" in path.read_text():
            importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))


def declared() -> dict[str, Job]:
    return {name: job for name, job in REGISTRY.items() if not name.startswith("tests.")}


def enqueued() -> Iterator[tuple[str, str, frozenset[str]]]:
    """Each call of `enqueue` and `enqueue_many`: where, the constant that names the job, the names of its arguments."""
    for path in SOURCES:
        for call in ast.walk(ast.parse(path.read_text())):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and len(call.args) >= 2:
                names = _arguments(call)
                if names is not None:
                    yield f"{path.relative_to(ROOT)}:{call.lineno}", _constant(call.args[1]), names


def _arguments(call: ast.Call) -> frozenset[str] | None:
    if ast.unparse(call.func) == "enqueue":
        return frozenset(keyword.arg or "**" for keyword in call.keywords) - {"due_in", "**"}
    if ast.unparse(call.func) == "enqueue_many" and isinstance(call.args[2], ast.ListComp):
        payload = call.args[2].elt
        assert isinstance(payload, ast.Dict)
        return frozenset(ast.literal_eval(key) for key in payload.keys if key is not None)
    return None


def _constant(expression: ast.expr) -> str:
    return ast.unparse(expression).rpartition(".")[2]


def constants() -> dict[str, Job]:
    """Jobs by the name of the constant that holds them."""
    found: dict[str, Job] = {}
    for path in SOURCES:
        for line in ast.walk(ast.parse(path.read_text())):
            if isinstance(line, ast.Assign) and ast.unparse(line.value).startswith("declare(Job("):
                name = ast.unparse(line.targets[0])
                assert name not in found, f"two jobs are held by {name}"
                found[name] = declared()[ast.literal_eval(line.value.args[0].args[0])]  # type: ignore[attr-defined]
    return found


def test_each_declared_job_has_exactly_one_body() -> None:
    bound = {name: binding.job for name, binding in BINDINGS.items() if not name.startswith("tests.")}
    assert bound == declared()
    assert len(bound) >= 10


def test_case_20_each_job_is_killed_at_its_limit_and_celery_knows_it() -> None:
    for name, job in declared().items():
        task = celery_app.tasks[name]
        assert 0 < job.limit <= 600, name
        assert job.attempts >= 3, name
        assert job.give_up_after >= 3600, name
        assert (task.time_limit, task.queue) == (job.limit, str(job.queue)), name


def test_case_20_nothing_is_called_with_an_eta_or_a_countdown() -> None:
    publishing = {"apply_async", "delay", "send_task", "s", "si", "signature", "retry"}
    found = []
    for path in SOURCES:
        for call in ast.walk(ast.parse(path.read_text())):
            if not isinstance(call, ast.Call):
                continue
            timed = {keyword.arg for keyword in call.keywords} & {"eta", "countdown"}
            named = isinstance(call.func, ast.Attribute) and call.func.attr in publishing - {"retry"}
            if timed or named:
                found.append(f"{path.relative_to(ROOT).as_posix()}: {ast.unparse(call.func)}")
    assert found == ["workers/relay/messages.py: celery_app.send_task"]


def test_jobs_of_money_outlast_three_days() -> None:
    money = {name for name, job in declared().items() if job.queue is Queue.CRITICAL}
    assert money
    for name in money:
        assert declared()[name].give_up_after >= 72 * 3600, name
        assert declared()[name].attempts >= 10, name


def test_every_call_enqueues_what_the_body_takes() -> None:
    jobs = constants()
    calls = [call for call in enqueued() if call[1] in jobs]
    wrong = [
        (where, sorted(names), sorted(BINDINGS[jobs[constant].name].readers))
        for where, constant, names in calls
        if names != BINDINGS[jobs[constant].name].readers.keys()
    ]
    assert wrong == []
    promised = {jobs[constant].name for _, constant, _ in calls}
    assert declared().keys() - promised <= NOT_PROMISED_YET


def test_beat_orders_what_is_bound_and_each_order_grows_old() -> None:
    entries: list[Any] = list(celeryconfig.beat_schedule.values())
    ordered = [entry["task"] for entry in entries]
    assert sorted(ordered) == sorted(name for name in TICKS if not name.startswith("tests."))
    assert {entry["options"]["queue"] for entry in entries} == {"ticks"}
    assert all(entry["options"]["expires"] > 0 for entry in entries)


def test_queues_are_the_same_in_code_in_celery_and_under_the_supervisor() -> None:
    supervisor = configparser.RawConfigParser()
    supervisor.read(ROOT / "runner" / "supervisord.conf")
    commands = [supervisor[section]["command"] for section in supervisor.sections() if "worker-" in section]
    served = sorted(command.split(" -Q ")[1].split()[0] for command in commands)
    names = sorted(Queue)
    assert served == names
    assert sorted(queue.name for queue in celeryconfig.task_queues) == names
    assert sorted({str(job.queue) for job in declared().values()}) == ["bulk", "critical"]


def test_every_option_is_one_that_celery_knows() -> None:
    ours = {name for name in vars(celeryconfig) if name.islower() and not name.startswith("_") and name != "os"}
    assert ours - set(celery_app.conf.defaults[-1]) == set()
