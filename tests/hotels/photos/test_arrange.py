"""Captions, the cover, the order, taking away."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
import requests

from tests import factories
from tests.hotels.photos.album import Album, row
from tests.surface import content, what_is_wrong

Jobs = Callable[[], int]


@pytest.fixture
def three(album: Album) -> list[str]:
    """Three ready photos, of which the store has nothing."""
    return [str(factories.photo(album.hotel_id, position=position)) for position in (1, 2, 3)]


def test_a_caption_is_text_of_some_length(album: Album, three: list[str]) -> None:
    told = album.edit(three[1], caption=" The pool, at night ")
    assert (told.status_code, told.json["caption"], told.json["is_cover"]) == (200, "The pool, at night", False)
    assert album.edit(three[1], caption="").json["caption"] == ""
    before = content()
    for caption in ("x" * 201, "a\x00b", None, 7, ["a"]):
        assert list(what_is_wrong(album.edit(three[1], caption=caption), 422)) == []
    assert content() == before


def test_nothing_to_change_changes_nothing(album: Album, three: list[str]) -> None:
    before = content()
    assert album.edit(three[1]).json["caption"] == ""
    assert content() == before


def test_the_cover_passes_from_one_to_another(album: Album, three: list[str]) -> None:
    assert album.edit(three[2], is_cover=True).json["is_cover"] is True
    assert album.in_order == [(three[0], False), (three[1], False), (three[2], True)]
    assert album.edit(three[2], is_cover=True).status_code == 200
    assert album.anybody.get(f"/hotels/{album.hotel_id}").json["cover"]["id"] == three[2]


def test_there_is_always_a_cover(album: Album, three: list[str]) -> None:
    before = content()
    answer = album.edit(three[0], is_cover=False, caption="no more")
    assert list(what_is_wrong(answer, 422)) == []
    assert answer.json["code"] == "cover_needed"
    assert content() == before
    assert album.edit(three[1], is_cover=False).status_code == 200


def test_the_cover_is_a_photo_that_is_ready(album: Album, run_jobs: Jobs) -> None:
    photo_id = album.uploaded(b"no picture")
    assert album.edit(photo_id, caption="soon").json["caption"] == "soon"
    for status in ("checking", "refused"):
        assert album.photo(photo_id)["status"] == status
        answer = album.edit(photo_id, is_cover=True)
        assert list(what_is_wrong(answer, 409)) == []
        assert answer.json["code"] == "photo_not_ready"
        run_jobs()
    assert row(photo_id)["is_cover"] is False


@pytest.mark.parametrize("value", [None, 1, "true", "yes", [], {}])
def test_a_flag_is_true_or_false(album: Album, three: list[str], value: Any) -> None:
    before = content()
    assert list(what_is_wrong(album.edit(three[1], is_cover=value), 422)) == []
    assert content() == before


def test_the_order_is_what_was_sent(album: Album, three: list[str]) -> None:
    first, second, third = three
    answer = album.order(third, first, second)
    assert answer.status_code == 200
    assert [(photo["id"], photo["position"]) for photo in answer.json["items"]] == [(third, 1), (first, 2), (second, 3)]
    assert album.in_order == [(third, False), (first, True), (second, False)]
    page = album.anybody.get(f"/hotels/{album.hotel_id}").json
    assert [photo["id"] for photo in page["photos"]] == [third, first, second]


def test_an_order_names_each_ready_photo_once(album: Album, three: list[str]) -> None:
    first, second, third = three
    elsewhere = str(factories.photo(factories.hotel().id))
    waiting = album.begun(bytes(10))["id"]
    before = content()
    for ids in (
        (first, second),
        (first, second, second),
        (first, second, third, third),
        (first, second, third, waiting),
        (first, second, elsewhere),
        (first, second, third, str(uuid4())),
        (),
    ):
        answer = album.order(*ids)
        assert list(what_is_wrong(answer, 422)) == []
        assert answer.json["code"] == "photo_order_mismatch"
    everything_else: list[Any] = ["x", None, [None], ["x"], {}, [1]]
    for nonsense in everything_else:
        answer = album.admin.put(f"{album.path}/order", {"ids": nonsense})
        assert (answer.status_code, answer.json["code"]) == (422, "validation_error")
    assert content() == before


def test_a_hotel_without_photos_has_an_order_of_none(album: Album) -> None:
    assert album.order().json == {"items": []}
    page = album.anybody.get(f"/hotels/{album.hotel_id}").json
    assert (page["photos"], page["cover"]) == ([], None)


def test_the_last_to_come_is_the_last_in_order(album: Album) -> None:
    first, second = album.added(), album.added()
    album.order(second, first)
    third = album.added()
    assert album.in_order == [(second, False), (first, True), (third, False)]


def test_what_is_removed_is_gone_and_so_are_its_objects(album: Album, run_jobs: Jobs) -> None:
    kept, removed = album.added(), album.added()
    url = album.photo(removed)["urls"]["large"]
    assert requests.get(url, timeout=10).status_code == 200
    answer = album.remove(removed)
    assert (answer.status_code, answer.data) == (204, b"")
    run_jobs()
    assert (album.in_order, row(removed)["status"]) == ([(kept, True)], "removed")
    assert requests.get(url, timeout=10).status_code in {403, 404}
    assert album.objects == [f"photos/{kept}/large.webp", f"photos/{kept}/small.webp"]
    before = content()
    for call in (album.remove, album.complete, lambda photo_id: album.edit(photo_id, caption="x")):
        assert list(what_is_wrong(call(removed), 404)) == []
    assert content() == before


def test_the_cover_passes_to_the_next_when_it_is_removed(album: Album, three: list[str]) -> None:
    first, second, third = three
    album.order(first, third, second)
    album.remove(first)
    assert album.in_order == [(third, True), (second, False)]
    album.remove(second)
    assert album.in_order == [(third, True)]
    album.remove(third)
    assert album.in_order == []
    assert album.added() == album.in_order[0][0]
    assert [is_cover for _, is_cover in album.in_order] == [True]


def test_photos_of_other_hotels_are_not_there(album: Album) -> None:
    elsewhere = str(factories.photo(factories.hotel().id))
    before = content()
    for call in (album.remove, album.complete, lambda photo_id: album.edit(photo_id, is_cover=True)):
        assert list(what_is_wrong(call(elsewhere), 404)) == []
    assert content() == before


def test_the_ready_come_first_and_then_the_youngest(album: Album, three: list[str], run_jobs: Jobs) -> None:
    refused = album.uploaded(b"no picture")
    run_jobs()
    waiting = album.begun(bytes(10))["id"]
    assert [photo["id"] for photo in album.items()] == [*three, waiting, refused]


def test_statements_do_not_grow_with_photos(album: Album, count_statements: Callable[[], Any]) -> None:
    def counted(call: Callable[[], Any], status: int = 200) -> int:
        with count_statements() as statements:
            assert call().status_code == status
        return len(statements)

    ids = [str(factories.photo(album.hotel_id, position=position)) for position in range(1, 4)]
    reads = (
        lambda: album.anybody.get(album.path),
        lambda: album.admin.get(album.path),
        lambda: album.anybody.get(f"/hotels/{album.hotel_id}"),
    )
    writes = (
        lambda: album.order(*reversed(ids)),
        lambda: album.edit(ids[1], caption=uuid4().hex),
        lambda: album.edit(ids[2], is_cover=True),
    )
    few = [counted(call) for call in (*reads, *writes)]
    assert few == [2, 3, 2, 6, 6, 8]
    ids += [str(factories.photo(album.hotel_id, position=position)) for position in range(4, 31)]
    album.edit(ids[0], is_cover=True)
    assert [counted(call) for call in (*reads, *writes)] == [2, 3, 2, 6, 6, 8]
    assert counted(lambda: album.remove(ids[2]), 204) == 8


def test_a_hotels_list_has_no_photos(album: Album, three: list[str]) -> None:
    (hotel,) = album.anybody.get("/hotels").json["items"]
    assert hotel.keys() & {"photos", "cover"} == set()
    assert UUID(hotel["id"]) == album.hotel_id
