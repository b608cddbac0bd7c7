"""Stays as calendar files."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from app.mail.ics import stay_event

FACTS: dict[str, Any] = {
    "uid": "0199-booking@smartstay.example",
    "summary": "Stay at Eko & Palms",
    "location": "1 Marina; Lagos Island, Lagos",
    "description": 'Reference SS-7KQ2M\nRoom: Deluxe, "Sea\\View"',
    "check_in": date(2026, 12, 4),
    "check_out": date(2026, 12, 6),
    "check_in_from": time(14),
    "check_out_until": time(12),
    "time_zone": "Africa/Lagos",
    "organizer_email": "desk@hotel.example",
    "stamped_at": datetime(2026, 11, 22, 10, 0, 1, tzinfo=UTC),
}


def _event(**changes: Any) -> str:
    return stay_event(**(FACTS | changes))


def _read(file: str) -> dict[str, str]:
    """Unfolds and unescapes: the properties by name."""
    lines = file.replace("\r\n ", "").removesuffix("\r\n").split("\r\n")
    pairs = [line.split(":", 1) for line in lines]
    return {name: _plain(value) for name, value in pairs}


def _plain(value: str) -> str:
    for escaped, plain in (("\\\\", "\0"), ("\\n", "\n"), ("\\,", ","), ("\\;", ";"), ("\0", "\\")):
        value = value.replace(escaped, plain)
    return value


def test_the_facts_are_in_it() -> None:
    facts = _read(_event())
    assert (facts["METHOD"], facts["VERSION"], facts["SEQUENCE"]) == ("PUBLISH", "2.0", "0")
    assert (facts["DTSTART"], facts["DTEND"]) == ("20261204T130000Z", "20261206T110000Z")
    assert facts["DTSTAMP"] == "20261122T100001Z"
    assert facts["UID"] == FACTS["uid"]
    assert facts["ORGANIZER"] == "mailto:desk@hotel.example"
    assert [facts[name] for name in ("SUMMARY", "LOCATION", "DESCRIPTION")] == [
        FACTS["summary"], FACTS["location"], FACTS["description"],
    ]  # fmt: skip


def test_special_characters_are_escaped() -> None:
    file = _event()
    assert "LOCATION:1 Marina\\; Lagos Island\\, Lagos\r\n" in file
    assert 'DESCRIPTION:Reference SS-7KQ2M\\nRoom: Deluxe\\, "Sea\\\\View"\r\n' in file


def test_the_calendar_is_well_formed() -> None:
    lines = _event().split("\r\n")
    assert lines[:2] == ["BEGIN:VCALENDAR", "VERSION:2.0"]
    assert lines[-3:] == ["END:VEVENT", "END:VCALENDAR", ""]
    assert lines.count("BEGIN:VEVENT") == 1


@pytest.mark.parametrize("letter", ["a", "ọ", "₦", "🏨"])
@pytest.mark.parametrize("length", [66, 67, 68, 74, 75, 76, 300])
def test_lines_are_at_most_75_octets_and_no_letter_is_cut(letter: str, length: int) -> None:
    file = _event(summary=letter * length)
    assert max(len(line.encode()) for line in file.split("\r\n")) <= 75
    assert all("\n" not in line and "\r" not in line for line in file.split("\r\n"))
    assert _read(file)["SUMMARY"] == letter * length


def test_a_line_of_exactly_75_octets_is_not_folded() -> None:
    assert "SUMMARY:" + "a" * 67 + "\r\n" in _event(summary="a" * 67)


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r", "\u2028"])
def test_no_property_can_be_smuggled_in(end: str) -> None:
    file = _event(summary=f"Stay{end}ATTENDEE:mailto:eve@example.com", uid=f"1{end}X-EVIL:1")
    unfolded = file.replace("\r\n ", "").split("\r\n")
    assert not [line for line in unfolded if line.startswith(("ATTENDEE", "X-EVIL"))]
    assert len(unfolded) == 20


def test_a_hotel_elsewhere_keeps_its_own_time() -> None:
    facts = _read(_event(time_zone="Europe/London", check_in=date(2026, 7, 1), check_out=date(2026, 7, 2)))
    assert (facts["DTSTART"], facts["DTEND"]) == ("20260701T130000Z", "20260702T110000Z")


def test_a_later_version_replaces_the_first() -> None:
    first, second = _read(_event()), _read(_event(sequence=1))
    assert first["UID"] == second["UID"]
    assert second["SEQUENCE"] == "1"
