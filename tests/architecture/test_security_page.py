"""docs/security.md: no item is passed over, and what shows it is there and is a test."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/security.md").read_text()
TOP_TEN = [f"API{number}" for number in range(1, 11)]
# The standard's own numbers: how many items each part of a chapter has.
PARTS = {"6.1": 3, "6.2": 12, "6.3": 8, "6.4": 6, "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 3, "9.1": 3, "9.2": 4}
WHOLE = ["6.5, 6.6, 6.7", "6.8", "7.6"]  # parts that are not for us, each in one row
ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
TEST = re.compile(r"`(tests/[\w/]+\.py)::([\w.]+)`")
EXEMPT = {"not applicable", "not done"}


def rows() -> dict[str, str]:
    """Item → what shows it."""
    found = [row for row in ROW.findall(PAGE) if row[0] not in {"item", "---"}]
    assert len({row[0] for row in found}) == len(found)
    return {item: shown for item, _, _, shown in found}


def defined(path: str) -> set[str]:
    """Functions of a file, those of classes as `Class.name`."""
    tree = ast.parse((ROOT / path).read_text())
    names = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            names |= {f"{node.name}.{inner.name}" for inner in node.body if isinstance(inner, ast.FunctionDef)}
    return names


def test_every_item_has_a_row() -> None:
    numbered = [f"{part}.{number}" for part, count in PARTS.items() for number in range(1, count + 1)]
    assert sorted(rows()) == sorted([*TOP_TEN, *numbered, *WHOLE])


def test_every_row_is_shown_or_says_why_not() -> None:
    bare = {item for item, shown in rows().items() if not (TEST.search(shown) or shown in EXEMPT)}
    assert bare == set()


@pytest.mark.parametrize("path", sorted({path for path, _ in TEST.findall(PAGE)}))
def test_every_test_that_is_named_exists(path: str) -> None:
    named = {name for where, name in TEST.findall(PAGE) if where == path}
    assert named - defined(path) == set()


def test_the_page_names_as_many_tests_as_it_seems_to() -> None:
    """Else a misspelt name would be no name, and hold."""
    assert PAGE.count("::") == len(TEST.findall(PAGE)) >= 60
