"""The check of an upload, whatever it is and whoever dies or interferes meanwhile."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

import pytest
import requests
from flask import Flask
from sqlalchemy.exc import DBAPIError

from app.core import object_store
from app.core.columns import new_id
from app.core.http_client import NoAnswer
from app.hotels.photos import pictures
from app.hotels.photos.service.check import check
from tests.hotels.photos.album import SMALL_PICTURE, Album, pass_time, posted, row
from tests.hotels.photos.pictures import ELF, claiming, encoded, from_a_phone, halves, jpeg, moving, opened
from tests.payments.stage import hurry, promised, run
from tests.races.crowd import at_once

DIE = """
CREATE FUNCTION die_here() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'died here'; END $$;
CREATE TRIGGER die_here BEFORE UPDATE OF status ON hotel_photos FOR EACH ROW EXECUTE FUNCTION die_here()
"""
LIVE = "DROP TRIGGER die_here ON hotel_photos; DROP FUNCTION die_here()"

Jobs = Callable[[], int]


def calls(album: Album, method: str) -> int:
    return sum(row["count"] for row in album.store.world.calls.rows(f"s3_{method}", None))


@pytest.mark.parametrize(
    ("upload", "why"),
    [
        (ELF, "not_a_picture"),
        (moving("GIF"), "unsupported_format"),
        (moving("WEBP"), "unsupported_format"),
        (claiming(50_000, 50_000), "picture_bomb"),
        (jpeg()[:20_000], "damaged_picture"),
    ],
    ids=["a renamed program", "a GIF", "a moving WebP", "a picture bomb", "half a JPEG"],
)
def test_what_is_no_picture_of_ours_is_refused_and_deleted(
    album: Album, run_jobs: Jobs, upload: bytes, why: str
) -> None:
    photo_id = album.uploaded(upload)
    assert run_jobs() == 2
    photo = album.photo(photo_id)
    assert (photo["status"], photo["refusal"], photo["urls"], photo["position"]) == ("refused", why, None, None)
    assert (album.objects, album.items(album.anybody)) == ([], [])


def test_where_a_picture_was_taken_is_not_shown(album: Album) -> None:
    photo_id = album.added(from_a_phone(orientation=6))
    for url in album.photo(photo_id)["urls"].values():
        body = requests.get(url, timeout=10).content
        image = opened(body)
        assert (image.size, dict(image.getexif()), image.info.get("exif")) == ((200, 400), {}, None)
        assert b"serial-4711" not in body


def test_a_check_that_runs_again_does_nothing(album: Album) -> None:
    photo_id = album.added()
    before, reads, writes = row(photo_id), calls(album, "get"), calls(album, "put")
    check(UUID(photo_id))
    assert (row(photo_id), calls(album, "get"), calls(album, "put")) == (before, reads, writes)
    assert promised("photos.check") == []


def test_a_photo_that_is_gone_is_nothing_to_check(application: Flask) -> None:
    check(new_id())


def test_four_checks_at_once_make_one_photo(album: Album, run_jobs: Jobs) -> None:
    first, photo_id = album.added(), album.uploaded()
    run("UPDATE hotel_photos SET checks = -10 WHERE id = :id", id=UUID(photo_id))
    at_once([partial(check, UUID(photo_id))] * 4)
    run_jobs()
    assert album.in_order == [(first, True), (photo_id, False)]
    assert [photo["position"] for photo in album.items()] == [1, 2]
    assert len(album.objects) == 4


def test_one_that_dies_between_store_and_commit_is_made_good(album: Album, run_jobs: Jobs) -> None:
    photo_id = album.uploaded(encoded(halves(), "PNG"), "image/png")
    run(DIE)
    try:
        with pytest.raises(DBAPIError, match="died here"):
            run_jobs()
    finally:
        run(LIVE)
    photo = album.photo(photo_id)
    assert (photo["status"], photo["urls"], album.items(album.anybody)) == ("checking", None, [])
    assert len(album.objects) == 3
    hurry("photos.check")
    assert run_jobs() == 2
    assert album.photo(photo_id)["status"] == "ready"
    assert album.objects == [f"photos/{photo_id}/large.webp", f"photos/{photo_id}/small.webp"]
    assert row(photo_id)["checks"] == 2


def test_one_that_dies_between_its_two_objects_is_made_good(album: Album, run_jobs: Jobs) -> None:
    photo_id = album.uploaded()
    small = f"photos/{album.hotel_id}/{photo_id}/small.webp"
    album.store.world.switches.put({"s3": "500"}, scope=small)
    run_jobs()
    assert (album.photo(photo_id)["status"], len(album.objects)) == ("checking", 2)
    album.store.world.switches.clear()
    hurry("photos.check")
    run_jobs()
    assert (album.photo(photo_id)["status"], len(album.objects)) == ("ready", 2)


def test_a_picture_that_ends_its_process_is_refused_after_three_times(album: Album, run_jobs: Jobs) -> None:
    """What a killed process leaves behind: a beginning that was counted, and no end."""
    photo_id = album.uploaded()
    run("UPDATE hotel_photos SET checks = 2 WHERE id = :id", id=UUID(photo_id))
    other = album.uploaded()
    run("UPDATE hotel_photos SET checks = 3 WHERE id = :id", id=UUID(other))
    run_jobs()
    assert album.photo(photo_id)["status"] == "ready"
    assert (album.photo(other)["status"], album.photo(other)["refusal"]) == ("refused", "picture_bomb")
    assert row(other)["checks"] == 4


def test_a_slow_store_is_not_the_pictures_fault(album: Album, run_jobs: Jobs) -> None:
    photo_id = album.uploaded()
    for _ in range(4):
        album.store.world.switches.put({"s3": "500"})
        run_jobs()
        hurry("photos.check")
        object_store.store().breaker.succeeded()
    assert (album.photo(photo_id)["status"], row(photo_id)["checks"]) == ("checking", 0)
    album.store.world.switches.clear()
    run_jobs()
    assert album.photo(photo_id)["status"] == "ready"


@pytest.mark.parametrize("fault", ["500", "drop", "html_502"])
def test_without_the_store_the_check_waits(album: Album, run_jobs: Jobs, fault: str) -> None:
    photo_id = album.uploaded()
    album.store.world.switches.put({"s3": fault})
    with pytest.raises(NoAnswer):
        check(UUID(photo_id))
    assert run_jobs() == 1
    assert promised() == ["photos.check"]
    album.store.world.switches.clear()
    hurry("photos.check")
    run_jobs()
    assert album.photo(photo_id)["status"] == "ready"


class TestTheUploadIsReplaced:
    """The form stays good for ten minutes, whoever holds it."""

    def test_before_it_is_told_complete_the_last_one_counts(self, album: Album, run_jobs: Jobs) -> None:
        begun = album.begun(ELF)
        for upload in (ELF, SMALL_PICTURE):
            posted(begun, upload)
        album.complete(begun["id"])
        run_jobs()
        assert album.photo(begun["id"])["status"] == "ready"

    def test_before_the_check_nothing_else_is_looked_at(self, album: Album, run_jobs: Jobs) -> None:
        begun = album.begun(SMALL_PICTURE)
        posted(begun, SMALL_PICTURE)
        album.complete(begun["id"])
        posted(begun, jpeg(70, 70))
        run_jobs()
        photo = album.photo(begun["id"])
        assert (photo["status"], photo["refusal"], album.objects) == ("refused", "upload_replaced", [])

    def test_between_two_runs_of_the_check_nothing_else_is_shown(
        self, album: Album, run_jobs: Jobs, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        begun = album.begun(SMALL_PICTURE)
        posted(begun, SMALL_PICTURE)
        album.complete(begun["id"])
        small = f"photos/{album.hotel_id}/{begun['id']}/small.webp"
        album.store.world.switches.put({"s3": "500"}, scope=small, times=1)
        run_jobs()
        posted(begun, jpeg(70, 70))
        hurry("photos.check")
        run_jobs()
        assert (album.photo(begun["id"])["refusal"], album.objects) == ("upload_replaced", [])

    def test_after_the_check_what_is_shown_stays_and_what_came_goes(self, album: Album, run_jobs: Jobs) -> None:
        begun = album.begun(SMALL_PICTURE)
        posted(begun, SMALL_PICTURE)
        album.complete(begun["id"])
        run_jobs()
        shown = requests.get(album.photo(begun["id"])["urls"]["large"], timeout=10).content
        posted(begun, jpeg(70, 70))
        assert requests.get(album.photo(begun["id"])["urls"]["large"], timeout=10).content == shown
        assert len(album.objects) == 3
        assert promised() == ["photos.clear"]  # for when the link is over
        pass_time(begun["id"], 1600)
        hurry("photos.clear")
        run_jobs()
        assert len(album.objects) == 2
        assert (promised(), row(begun["id"])["cleared_at"] is not None) == ([], True)


class TestTheUploadVanishes:
    def test_it_is_refused(self, album: Album, run_jobs: Jobs) -> None:
        photo_id = album.uploaded()
        object_store.store().delete(f"incoming/{album.hotel_id}/{photo_id}")
        run_jobs()
        assert album.photo(photo_id)["refusal"] == "not_uploaded"


class TestThePhotoIsRemovedMeanwhile:
    def test_before_the_check(self, album: Album, run_jobs: Jobs) -> None:
        photo_id = album.uploaded()
        assert album.remove(photo_id).status_code == 204
        run_jobs()
        assert (album.items(), album.objects, row(photo_id)["status"]) == ([], [], "removed")

    @pytest.mark.parametrize("upload", [SMALL_PICTURE, ELF], ids=["a picture", "none"])
    def test_during_the_check(
        self, album: Album, run_jobs: Jobs, monkeypatch: pytest.MonkeyPatch, upload: bytes
    ) -> None:
        photo_id, remade = album.uploaded(upload), pictures.remade

        def remove_first(given: bytes, most: int) -> object:
            assert album.remove(photo_id).status_code == 204
            return remade(given, most)

        monkeypatch.setattr(pictures, "remade", remove_first)
        run_jobs()
        assert (album.items(), album.objects, row(photo_id)["status"]) == ([], [], "removed")
        assert row(photo_id)["is_cover"] is False

    def test_and_the_check_dies_after_it_has_stored_something(
        self, album: Album, run_jobs: Jobs, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        photo_id, remade = album.uploaded(), pictures.remade
        small = f"photos/{album.hotel_id}/{photo_id}/small.webp"
        album.store.world.switches.put({"s3": "500"}, scope=small, times=1)

        def remove_first(given: bytes, most: int) -> object:
            assert album.remove(photo_id).status_code == 204
            return remade(given, most)

        monkeypatch.setattr(pictures, "remade", remove_first)
        run_jobs()
        hurry("photos.check")
        run_jobs()
        assert (album.objects, row(photo_id)["status"]) == ([], "removed")
