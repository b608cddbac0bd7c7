"""Small words of this floor: cursors, money as people read it, dates on a wall."""

from datetime import UTC, date, datetime, timedelta, timezone
from uuid import UUID

import pytest

from app.core.clock import local_today, now, rfc3339
from app.core.columns import new_id
from app.core.db import reading
from app.core.money import spoken
from app.core.paging import CursorInvalid, cursor_of, read_cursor


class TestCursors:
    def test_they_lead_back(self) -> None:
        for row_id in (new_id(), UUID(int=0), UUID(int=2**128 - 1)):
            cursor = cursor_of(row_id)
            assert (read_cursor(cursor), len(cursor)) == (row_id, 22)
        assert read_cursor(None) is None

    @pytest.mark.parametrize(
        "cursor", ["", "a", "AAAA", "A" * 21, "A" * 43, "é" * 22, "=" * 22, "nonsense!", "\x00" * 22]
    )
    def test_others_are_refused(self, cursor: str) -> None:
        with pytest.raises(CursorInvalid) as caught:
            read_cursor(cursor)
        assert (caught.value.status, caught.value.code) == (422, "cursor_invalid")


class TestMoney:
    @pytest.mark.parametrize(
        ("kobo", "words"),
        [
            (0, "₦0.00"),
            (1, "₦0.01"),
            (1_250_000, "₦12,500.00"),
            (99, "₦0.99"),
            (123_456_789_012, "₦1,234,567,890.12"),
            (-5_000, "-₦50.00"),
        ],
    )
    def test_as_people_read_it(self, kobo: int, words: str) -> None:
        assert spoken(kobo) == words

    def test_no_kobo_is_lost_up_to_the_largest_sum(self) -> None:
        assert spoken(999_999_999_999) == "₦9,999,999,999.99"


class TestClocks:
    def test_instants_are_told_in_utc(self) -> None:
        lagos = datetime(2026, 11, 22, 11, 0, 0, 123456, timezone(timedelta(hours=1)))
        assert rfc3339(lagos) == "2026-11-22T10:00:00.123456Z"
        assert rfc3339(datetime(2026, 1, 1, tzinfo=UTC)) == "2026-01-01T00:00:00Z"

    @pytest.mark.parametrize(
        ("zone", "day"),
        [
            ("Africa/Lagos", date(2027, 1, 1)),
            ("UTC", date(2026, 12, 31)),
            ("Pacific/Kiritimati", date(2027, 1, 1)),
            ("America/New_York", date(2026, 12, 31)),
        ],
    )
    def test_case_66_the_date_is_that_of_the_wall(self, zone: str, day: date) -> None:
        assert local_today(datetime(2026, 12, 31, 23, 30, tzinfo=UTC), zone) == day

    def test_the_day_that_summer_time_skips_an_hour(self) -> None:
        assert local_today(datetime(2027, 3, 27, 23, 30, tzinfo=UTC), "Europe/Paris") == date(2027, 3, 28)

    def test_case_72_time_is_the_databases(self, application: object) -> None:
        with reading() as session:
            first, second = now(session), now(session)
        assert first < second
        assert first.utcoffset() == timedelta(0)
