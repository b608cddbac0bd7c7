"""Admins of one hotel who do things to its photos at the same instant. The first test takes the lock away: the race is real."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.core import db_errors
from app.core.db import reading
from app.hotels import photo_invariants
from app.hotels.photos import queries
from app.hotels.photos.models import Photo
from app.hotels.photos.service import check
from tests import factories
from tests.hotels.photos.album import SMALL_PICTURE, Album, posted
from tests.payments.stage import rows, run
from tests.races.crowd import at_once, statuses

DAWDLE = """
CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.05); RETURN NEW; END $$;
CREATE TRIGGER dawdle BEFORE UPDATE ON hotel_photos FOR EACH ROW EXECUTE FUNCTION dawdle()
"""
NO_MORE = "DROP TRIGGER dawdle ON hotel_photos; DROP FUNCTION dawdle()"


@pytest.fixture
def slow(album: Album) -> Any:
    """Each change of a photo takes a while, so that what comes at once meets."""
    run(DAWDLE)
    yield
    run(NO_MORE)


@pytest.fixture
def four(album: Album) -> list[str]:
    return [str(factories.photo(album.hotel_id, position=position)) for position in (1, 2, 3, 4)]


def covers(album: Album) -> list[str]:
    return [photo_id for photo_id, is_cover in album.in_order if is_cover]


def broken() -> list[str]:
    """The invariants that do not hold."""
    with reading() as session:
        found = {
            one.name: session.connection().exec_driver_sql(one.statement).all() for one in photo_invariants.INVARIANTS
        }
    return [name for name, rows in found.items() if rows]


def test_control_without_the_lock_there_would_be_two_covers(
    album: Album, four: list[str], slow: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The index refuses the second; without the index, too, two there are."""

    def unlocked(session: Session, hotel_id: UUID, photo_id: UUID) -> Photo:
        return session.scalars(select(Photo).where(Photo.id == photo_id)).one()

    monkeypatch.setattr(queries, "lock_photo", unlocked)
    monkeypatch.setitem(db_errors._constraints, "uq_hotel_photos_cover", db_errors.Raced)
    run("DROP INDEX uq_hotel_photos_cover")
    try:
        at_once([partial(album.edit, photo_id, is_cover=True) for photo_id in four[1:]])
        assert len(covers(album)) > 1
        assert broken() == ["photos_without_cover"]
    finally:
        run("DELETE FROM hotel_photos")
        run("CREATE UNIQUE INDEX uq_hotel_photos_cover ON hotel_photos (hotel_id) WHERE is_cover")


def test_covers_chosen_at_once_leave_one(album: Album, four: list[str], slow: None) -> None:
    answers = at_once([partial(album.edit, photo_id, is_cover=True) for photo_id in four * 2])
    assert statuses(answers) == {200: 8}
    assert len(covers(album)) == 1
    assert broken() == []


def test_the_index_alone_would_do(album: Album, four: list[str], slow: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should a verb of later years forget the lock: who is second at the index does it again."""
    monkeypatch.setattr(
        queries,
        "lock_photo",
        lambda session, _hotel, photo_id: session.get_one(Photo, photo_id, populate_existing=True),
    )
    answers = at_once([partial(album.edit, photo_id, is_cover=True) for photo_id in four[1:3]])
    assert statuses(answers).keys() <= {200, 503}
    assert len(covers(album)) == 1


def test_a_cover_chosen_while_it_is_removed(album: Album, four: list[str], slow: None) -> None:
    first, second, *_ = four
    calls: list[Callable[[], Any]] = [
        partial(album.remove, first),
        partial(album.edit, second, is_cover=True),
        partial(album.remove, second),
        partial(album.edit, first, is_cover=True),
    ]
    answers = at_once(calls)
    assert [answers[0].status_code, answers[2].status_code] == [204, 204]
    assert {answers[1].status_code, answers[3].status_code} <= {200, 404}
    assert [photo_id for photo_id, _ in album.in_order] == four[2:]
    assert broken() == []


def test_an_order_meets_a_removal(album: Album, four: list[str], slow: None) -> None:
    for gone in (four[3], four[1]):
        left = [photo_id for photo_id, _ in album.in_order]
        ordered, removed = at_once([partial(album.order, *reversed(left)), partial(album.remove, gone)])
        assert removed.status_code == 204
        assert ordered.status_code in {200, 422}
        if ordered.status_code == 422:
            assert ordered.json["code"] == "photo_order_mismatch"
        wanted = [one for one in (left[::-1] if ordered.status_code == 200 else left) if one != gone]
        assert [photo_id for photo_id, _ in album.in_order] == wanted
        assert broken() == []


def test_two_orders_at_once_leave_one_of_them(album: Album, four: list[str], slow: None) -> None:
    answers = at_once([partial(album.order, *four), partial(album.order, *reversed(four))] * 2)
    assert statuses(answers) == {200: 4}
    assert [photo_id for photo_id, _ in album.in_order] in (four, four[::-1])
    assert [photo["position"] for photo in album.items(album.anybody)] == [1, 2, 3, 4]


def test_checks_that_end_at_once_make_one_cover_and_places_in_a_row(
    album: Album, slow: None, run_jobs: Callable[[], int]
) -> None:
    ids = [album.uploaded() for _ in range(4)]
    at_once([partial(check.check, UUID(photo_id)) for photo_id in ids])
    run_jobs()
    assert len(covers(album)) == 1
    assert covers(album)[0] == album.in_order[0][0]
    assert [photo["position"] for photo in album.items(album.anybody)] == [1, 2, 3, 4]


def test_uploads_begun_at_once_get_no_more_places_than_there_are(
    album: Album, with_settings: Callable[..., Any]
) -> None:
    with_settings(photos_per_hotel=3)
    answers = at_once([partial(album.begin, 10)] * 8)
    assert statuses(answers) == {201: 3, 409: 5}
    assert len(rows("hotel_photos")) == 3


def test_complete_said_eight_times_at_once_promises_one_check(album: Album) -> None:
    begun = album.begun(SMALL_PICTURE)
    posted(begun, SMALL_PICTURE)
    answers = at_once([partial(album.complete, begun["id"])] * 8)
    assert statuses(answers) == {202: 8}
    assert len(rows("outbox", "name = 'photos.check'")) == 1
