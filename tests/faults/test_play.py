"""`./dev play` on a whole system: every kind of booking ends as it should, and one that does not is told."""

from random import Random

import pytest

from demo.play import crowd, kinds
from demo.play.kinds import KINDS, Kind
from demo.story.stage import Stage
from tests.faults.running import Running

pytestmark = pytest.mark.timeout(240)

ALL = sum(kind.share for kind in KINDS)


@pytest.fixture
def stage(running: Running, monkeypatch: pytest.MonkeyPatch) -> Stage:
    """Where `play` plays."""
    monkeypatch.setattr(Stage, "from_environment", classmethod(lambda _cls: running.stage))
    return running.stage


def test_every_kind_ends_as_it_should(stage: Stage, running: Running, capsys: pytest.CaptureFixture[str]) -> None:
    before = running.value("SELECT count(*) FROM bookings")
    assert crowd.play(ALL) == 0
    told = capsys.readouterr().out.splitlines()
    assert [line.partition(" of ")[0].split() for line in told[:-1]] == [["✓", str(kind.share)] for kind in KINDS]
    assert told[-1].startswith(f"{ALL} of {ALL} ended as they should in ")
    assert running.value("SELECT count(*) FROM bookings") == before + ALL == before + 20


def test_a_booking_that_ends_otherwise_is_told(
    stage: Stage, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(crowd, "PATIENCE", 1)
    cancelled = next(kind for kind in KINDS if kind.ends == ("cancelled", "unpaid"))
    wrong = Kind("hoped to be paid", 1, ("confirmed", "paid"), cancelled.act)
    monkeypatch.setattr(kinds, "KINDS", (wrong,))
    monkeypatch.setattr(crowd, "KINDS", (wrong,))
    assert crowd.play(2) == 1
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "✗    0 of 2    hoped to be paid: confirmed and paid"
    assert [" is cancelled and unpaid" in line for line in told[1:3]] == [True, True]
    assert told[3].startswith("0 of 2 ended as they should in ")


def test_any_twenty_hold_every_kind() -> None:
    dealt = list(kinds.dealt(3 * ALL, Random(1)))
    for start in range(0, 3 * ALL, ALL):
        assert {kind: dealt[start : start + ALL].count(kind) for kind in KINDS} == {kind: kind.share for kind in KINDS}
