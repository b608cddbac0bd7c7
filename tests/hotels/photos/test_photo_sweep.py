"""What nobody came back for, what was left behind, and what is old."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from app.core.columns import new_id
from app.hotels.photos.service import sweep as sweeping
from app.hotels.photos.service.clear import clear
from app.hotels.photos.service.sweep import sweep
from tests import factories
from tests.hotels.photos.album import SMALL_PICTURE, Album, pass_time, posted, row
from tests.payments.stage import hurry, promised, rows, run
from tests.races.crowd import at_once

DAY = 86400
Jobs = Callable[[], int]


def test_an_upload_that_nobody_told_complete_is_given_up_after_a_day(album: Album, run_jobs: Jobs) -> None:
    begun, young = album.begun(SMALL_PICTURE), album.begun(SMALL_PICTURE)
    for each in (begun, young):
        posted(each, SMALL_PICTURE)
        pass_time(each["id"], DAY - 60)
    sweep()
    assert (promised(), len(album.objects)) == ([], 2)
    pass_time(begun["id"], 120)
    sweep()
    assert run_jobs() == 1
    assert (row(begun["id"])["status"], row(young["id"])["status"]) == ("removed", "waiting")
    assert album.objects == [f"incoming/{young['id']}"]
    assert row(begun["id"])["cleared_at"] is not None


def test_what_a_dead_job_left_behind_is_cleared(album: Album, run_jobs: Jobs) -> None:
    ready, refused, removed = album.uploaded(), album.uploaded(b"no picture"), album.added()
    run_jobs()
    album.remove(removed)
    run("DELETE FROM outbox")
    for each in (ready, refused, removed):
        pass_time(each, 2 * 3600)
    sweep()
    assert promised() == ["photos.clear"] * 3
    run_jobs()
    assert album.objects == [f"photos/{ready}/large.webp", f"photos/{ready}/small.webp"]
    assert all(row(each)["cleared_at"] is not None for each in (ready, refused, removed))
    sweep()
    assert promised() == []


def test_what_was_settled_a_moment_ago_is_left_to_its_own_job(album: Album, run_jobs: Jobs) -> None:
    album.added()
    run("DELETE FROM outbox")
    sweep()
    assert promised() == []


def test_rows_of_what_nobody_sees_go_after_a_month(album: Album, run_jobs: Jobs) -> None:
    ready, refused, removed = album.added(), album.uploaded(b"no picture"), album.added()
    run_jobs()
    album.remove(removed)
    for each in (ready, refused, removed):
        pass_time(each, 3600)
    run_jobs()
    hurry("photos.clear")
    run_jobs()
    for each in (ready, refused, removed):
        pass_time(each, 30 * DAY - 3600)
    sweep()
    assert len(rows("hotel_photos")) == 3
    for each in (ready, refused, removed):
        pass_time(each, 2 * 3600)
    sweep()
    assert [str(each["id"]) for each in rows("hotel_photos")] == [ready]


def test_a_row_stays_as_long_as_the_store_may_hold_something(album: Album, run_jobs: Jobs) -> None:
    refused = album.uploaded(b"no picture")
    run_jobs()
    run("DELETE FROM outbox")
    pass_time(refused, 100 * DAY)
    album.store.world.switches.put({"s3": "500"})
    sweep()
    run_jobs()
    sweep()
    assert row(refused)["cleared_at"] is None


def test_much_is_done_in_batches(album: Album, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "BATCH", 3)
    old = [
        str(factories.photo(album.hotel_id, status="waiting", is_cover=False, position=None, upload_etag=None))
        for _ in range(7)
    ]
    left = [str(factories.photo(album.hotel_id, position=position)) for position in range(1, 8)]
    gone = [str(factories.photo(album.hotel_id, status="removed", is_cover=False, position=None)) for _ in range(7)]
    run("UPDATE hotel_photos SET cleared_at = clock_timestamp() WHERE status = 'removed'")
    for each in (*old, *left, *gone):
        pass_time(each, 31 * DAY)
    sweep()
    assert sorted(promised()) == ["photos.clear"] * 14
    assert len(rows("hotel_photos")) == 14


def test_two_sweeps_at_once_do_each_thing_once(album: Album) -> None:
    for _ in range(20):
        waiting = factories.photo(album.hotel_id, status="waiting", is_cover=False, position=None, upload_etag=None)
        pass_time(str(waiting), 2 * DAY)
    at_once([sweep] * 4)
    assert len({str(each["payload"]) for each in rows("outbox", "kind = 'job'")}) == 20
    assert {each["status"] for each in rows("hotel_photos")} == {"removed"}


def test_a_sweep_meets_a_late_complete(album: Album, run_jobs: Jobs) -> None:
    """Either is first; what was given up stays so."""
    for _ in range(5):
        begun = album.begun(SMALL_PICTURE)
        posted(begun, SMALL_PICTURE)
        pass_time(begun["id"], 2 * DAY)
        calls: list[Callable[[], Any]] = [partial(album.complete, begun["id"]), sweep]
        answer, _ = at_once(calls)
        run_jobs()
        status = row(begun["id"])["status"]
        assert (answer.status_code, status) in {(202, "ready"), (404, "removed"), (409, "removed")}
        if status == "removed":
            assert not [key for key in album.objects if begun["id"] in key]


def test_there_may_be_nothing_to_clear(album: Album) -> None:
    clear(new_id())
    waiting = album.begun(SMALL_PICTURE)
    posted(waiting, SMALL_PICTURE)
    clear(UUID(waiting["id"]))
    assert (len(album.objects), promised()) == (1, [])
