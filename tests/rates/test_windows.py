"""Which windows are a cancellation policy."""

from typing import Any

import pytest

from app.rates import windows


def window(hours: int | None, penalty: str = "none", value: int = 0) -> dict[str, Any]:
    return {"until_hours_before": hours, "penalty": penalty, "value": value}


def test_ends_come_nearer_and_the_last_is_open() -> None:
    policy = [window(72), window(24, "percent", 50), window(0, "amount", 1), window(None, "nights", 30)]
    assert windows.faults(policy) == {}
    assert windows.faults([window(None, "percent", 100)]) == {}


@pytest.mark.parametrize(
    ("policy", "places"),
    [
        ([window(24)], [0]),
        ([window(None), window(None, "nights", 1)], [0]),
        ([window(24), window(24, "percent", 1), window(None, "nights", 1)], [1]),
        ([window(24), window(48, "percent", 1), window(None, "nights", 1)], [1]),
        ([window(24, "none", 1), window(None, "nights", 1)], [0]),
        ([window(None, "percent", 101)], [0]),
        ([window(None, "percent", 0)], [0]),
        ([window(None, "nights", 0)], [0]),
        ([window(None, "nights", 31)], [0]),
        ([window(None, "amount", 0)], [0]),
        ([window(48, "percent", 200), window(72), window(None, "amount", -1)], [0, 1, 2]),
    ],
)
def test_each_that_is_none_is_named(policy: list[dict[str, Any]], places: list[int]) -> None:
    assert sorted(windows.faults(policy)) == places
