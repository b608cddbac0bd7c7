"""Files and functions stay small enough to be read at once; tables and schemas, which are lists, are exempt."""

import ast
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("app", "workers", "sandbox", "runner", "demo")
LISTS = {"models.py", "schemas.py"}
LONGEST_FUNCTION, LONGEST_FILE, MOST_POSITIONAL = 40, 300, 5
FORBIDDEN_NAMES = {"utils.py", "helpers.py", "common.py", "base.py", "manager.py"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def files() -> list[Path]:
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def functions(path: Path) -> Iterator[Function]:
    tree = ast.parse(path.read_text())
    yield from (node for node in ast.walk(tree) if isinstance(node, Function))


def length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def test_files_are_short_and_say_what_they_are() -> None:
    found = files()
    assert len(found) > 100
    assert [path.name for path in found if path.name in FORBIDDEN_NAMES] == []
    long = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in found if path.name not in LISTS}
    assert {name: lines for name, lines in long.items() if lines > LONGEST_FILE} == {}


def test_functions_are_short() -> None:
    lengths = {
        f"{path.relative_to(ROOT)}:{function.name}": length(function)
        for path in files()
        if path.name not in LISTS
        for function in functions(path)
    }
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION} == {}
    assert median(lengths.values()) <= 8
    assert quantiles(lengths.values(), n=20)[-1] <= 30


def test_calls_read_as_sentences() -> None:
    crowded = {
        f"{path.relative_to(ROOT)}:{function.name}": len(function.args.args)
        for path in files()
        for function in functions(path)
        if len([arg for arg in function.args.args if arg.arg not in {"self", "cls"}]) > MOST_POSITIONAL
    }
    assert crowded == {}


def test_imports_stand_at_the_top() -> None:
    hidden = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in files()
        for function in functions(path)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert hidden == []


def test_packages_are_empty() -> None:
    """Whoever imports a module of ours loads that module and what it names, nothing else."""
    inits = [path for package in PACKAGES for path in (ROOT / package).rglob("__init__.py")]
    loud = [
        str(path.relative_to(ROOT))
        for path in inits
        if any(not isinstance(node, ast.Expr) for node in ast.parse(path.read_text()).body)
    ]
    assert len(inits) > 20
    assert loud == []


@pytest.mark.parametrize("word", ["commit", "rollback"])
def test_only_the_database_module_commits(word: str) -> None:
    callers = {
        str(path.relative_to(ROOT))
        for package in ("app", "workers")
        for path in sorted((ROOT / package).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == word
    }
    assert callers <= {"app/core/db.py"}


def test_views_leave_the_database_to_services() -> None:
    views = sorted((ROOT / "app").rglob("views.py"))
    assert len(views) >= 6
    assert [str(path.relative_to(ROOT)) for path in views if "app.core.db" in path.read_text()] == []
