"""A stay as a calendar file (RFC 5545, RFC 5546): pure."""

from datetime import UTC, date, datetime, time
from urllib.parse import quote
from zoneinfo import ZoneInfo

from app.mail.one_line import one_line

CONTENT_TYPE = "text/calendar; method=PUBLISH; component=VEVENT"
FILENAME = "stay.ics"
LONGEST_LINE = 75  # octets, without the line's end: RFC 5545 section 3.1
HEAD = (
    "BEGIN:VCALENDAR",
    "VERSION:2.0",
    "PRODID:-//SmartStay//Stays//EN",
    "CALSCALE:GREGORIAN",
    "METHOD:PUBLISH",
    "BEGIN:VEVENT",
)
TAIL = ("STATUS:CONFIRMED", "TRANSP:TRANSPARENT", "END:VEVENT", "END:VCALENDAR")


def stay_event(
    *,
    uid: str,
    summary: str,
    location: str,
    description: str,
    check_in: date,
    check_out: date,
    check_in_from: time,
    check_out_until: time,
    time_zone: str,
    organizer_email: str,
    stamped_at: datetime,
    sequence: int = 0,
) -> str:
    """One event from check-in to check-out, in UTC; it leaves the guest's time free.

    The times are those on the hotel's wall, `time_zone` is the hotel's. `uid` is the booking's for ever: a file with
    the same one and a higher `sequence` replaces the event. `stamped_at`: when this version came to be.
    """
    zone = ZoneInfo(time_zone)
    lines = [
        *HEAD,
        f"UID:{_escaped(uid)}",
        f"DTSTAMP:{_utc(stamped_at)}",
        f"SEQUENCE:{sequence}",
        f"DTSTART:{_utc(datetime.combine(check_in, check_in_from, zone))}",
        f"DTEND:{_utc(datetime.combine(check_out, check_out_until, zone))}",
        f"SUMMARY:{_escaped(summary)}",
        f"LOCATION:{_escaped(location)}",
        f"DESCRIPTION:{_escaped(description)}",
        f"ORGANIZER:mailto:{quote(organizer_email, safe='@')}",
        *TAIL,
    ]
    return "".join(_folded(line) for line in lines)


def _utc(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _escaped(text: str) -> str:
    """TEXT of RFC 5545 section 3.3.11; control characters are no text."""
    clean = "\n".join(one_line(line) for line in text.splitlines())
    return clean.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> str:
    """The line with its end, broken so that no part is longer than 75 octets and no character is cut."""
    parts, length = [""], 0
    for character in line:
        octets = len(character.encode())
        if length + octets > LONGEST_LINE:
            parts.append(" ")
            length = 1
        parts[-1] += character
        length += octets
    return "\r\n".join(parts) + "\r\n"
