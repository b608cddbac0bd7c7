"""What the documents name is there: files, functions in files, tests, links between pages, settings."""

import re
from pathlib import Path

import pytest

from app.config import Settings

ROOT = Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md")), ROOT / "sandbox/README.md"]
FOLDERS = "app|workers|runner|sandbox|demo|tests|migrations|docs"
FILE = re.compile(rf"`((?:{FOLDERS})/[\w/.-]+\.(?:py|conf|md|yaml|txt))(?:::?\s?([\w.]+))?`")
LINK = re.compile(r"\]\((?!http)([^)#]+)")
SETTING = re.compile(r"`([A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+)`")
NOT_SETTINGS = re.compile(
    r"[A-Z_]+_PAYMENT|CONFIRM_PAID|REFUND_DUE|HOLD_LAPSED|FOLLOW_REFUND|SEND_EMAIL|.*_KEYS?|.*REF|PSYCOPG_.*|.*NEXT.*"
)


def page_id(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_files_and_what_they_define_exist(page: Path) -> None:
    missing = [
        f"{file}: {name}" if name else file
        for file, name in FILE.findall(page.read_text())
        if not _exists(file, name.rpartition(".")[2])
    ]
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=page_id)
def test_links_lead_somewhere(page: Path) -> None:
    assert [link for link in LINK.findall(page.read_text()) if not (page.parent / link).exists()] == []


def test_settings_in_the_glossary_exist() -> None:
    known = {name.upper() for name in Settings.model_fields}
    named = set(SETTING.findall((ROOT / "docs/glossary.md").read_text()))
    settings = {name for name in named if not NOT_SETTINGS.fullmatch(name)}
    assert len(settings) >= 8
    assert settings - known == set()


def _exists(file: str, name: str) -> bool:
    path = ROOT / file
    if not path.exists():
        return False
    return not name or re.search(rf"^\s*(?:def|class) {name}\b|^{name}\b", path.read_text(), re.MULTILINE) is not None


def test_the_walkthrough_names_what_it_walks_through() -> None:
    """Else the tests above would hold for a page that names nothing."""
    named = FILE.findall((ROOT / "docs/walkthrough.md").read_text())
    assert len([name for _, name in named if name]) >= 20
