"""Who may not, at each of the doors, and that nothing happens then."""

from collections.abc import Callable
from typing import Any

import pytest

from app.core.columns import new_id
from tests import factories
from tests.api import Api
from tests.hotels.photos.album import SMALL_PICTURE, Album, posted
from tests.payments.stage import run
from tests.surface import content, what_is_wrong

Doors = dict[str, Callable[[Api], Any]]


@pytest.fixture
def photo_id(album: Album) -> str:
    return str(factories.photo(album.hotel_id))


@pytest.fixture
def doors(album: Album, photo_id: str) -> Doors:
    one = f"{album.path}/{photo_id}"
    return {
        "begin": lambda by: by.post(album.path, {"content_type": "image/png", "bytes": 10}),
        "begin, badly": lambda by: by.post(album.path, {"no": 1}),
        "complete": lambda by: by.post(f"{one}/complete"),
        "caption": lambda by: by.patch(one, {"caption": "mine"}),
        "cover": lambda by: by.patch(one, {"is_cover": True}),
        "order": lambda by: by.put(f"{album.path}/order", {"ids": [photo_id]}),
        "order, badly": lambda by: by.put(f"{album.path}/order", {}),
        "remove": lambda by: by.delete(one),
    }


def told(doors: Doors, by: Api, status: int) -> set[str]:
    """The codes of the refusals, each of which changed nothing."""
    before, codes = content(), set()
    for name, knock in doors.items():
        answer = knock(by)
        assert list(what_is_wrong(answer, status)) == [], name
        codes.add(answer.json["code"])
    assert content() == before
    return codes


def test_nobody_in_particular(album: Album, doors: Doors) -> None:
    assert told(doors, album.anybody, 401) == {"token_missing"}


def test_guests_and_the_people_of_other_hotels(album: Album, doors: Doors) -> None:
    elsewhere = factories.hotel()
    for stranger in (
        factories.person(),
        factories.member(elsewhere.id),
        factories.member(elsewhere.id, "hotel_staff"),
    ):
        by = album.anybody.as_(stranger)
        before = content()
        assert told(doors, by, 404) == {"not_found"}
        assert content() == before


def test_the_staff_of_the_hotel(album: Album, doors: Doors) -> None:
    assert told(doors, album.anybody.as_(factories.member(album.hotel_id, "hotel_staff")), 403) == {"forbidden"}


def test_a_hotel_that_is_not_there(album: Album, doors: Doors) -> None:
    path = f"/hotels/{album.hotel_id}"
    missing = f"/hotels/{factories.photo(album.hotel_id, position=2)}"
    admin = album.anybody.as_(factories.person(role="platform_admin"))
    before = content()
    for by in (album.admin, admin):
        for answer in (
            by.get(f"{missing}/photos"),
            by.post(f"{missing}/photos", {"content_type": "image/png", "bytes": 10}),
            by.put(f"{missing}/photos/order", {"ids": []}),
            by.delete(f"{missing}/photos/{new_id()}"),
        ):
            assert list(what_is_wrong(answer, 404)) == []
    assert content() == before
    assert by.get(f"{path}/photos").status_code == 200


def test_the_platforms_people_may_all_of_it(album: Album, photo_id: str) -> None:
    admin = album.anybody.as_(factories.person(role="platform_admin"))
    assert admin.post(album.path, {"content_type": "image/png", "bytes": 10}).status_code == 201
    assert admin.patch(f"{album.path}/{photo_id}", {"caption": "x"}).status_code == 200
    assert admin.put(f"{album.path}/order", {"ids": [photo_id]}).status_code == 200
    assert admin.post(f"{album.path}/{photo_id}/complete").status_code == 202
    assert len(album.items(admin)) == 2
    assert admin.delete(f"{album.path}/{photo_id}").status_code == 204


def test_what_is_under_way_is_seen_by_those_who_work_there(album: Album, photo_id: str) -> None:
    album.begun(bytes(10))
    staff = album.anybody.as_(factories.member(album.hotel_id, "hotel_staff"))
    for by, seen in (
        (album.anybody, ["ready"]),
        (album.anybody.as_(factories.person()), ["ready"]),
        (staff, ["ready", "waiting"]),
        (album.admin, ["ready", "waiting"]),
    ):
        assert [photo["status"] for photo in album.items(by)] == seen


@pytest.mark.parametrize("status", ["draft", "submitted", "paused", "suspended", "closed"])
def test_the_photos_of_a_hotel_that_is_not_public(api: Api, status: str) -> None:
    hotel = factories.hotel(status=status)
    factories.photo(hotel.id)
    path = f"/hotels/{hotel.id}/photos"
    for by in (api, api.as_(factories.person())):
        assert list(what_is_wrong(by.get(path), 404)) == []
    staff = api.as_(factories.member(hotel.id, "hotel_staff"))
    assert len(staff.get(path).json["items"]) == 1


@pytest.mark.parametrize("status", ["rejected", "closed"])
def test_a_hotel_that_is_over_gets_no_more_pictures_and_may_lose_them(
    album: Album, doors: Doors, photo_id: str, status: str
) -> None:
    begun = album.begun(SMALL_PICTURE)
    posted(begun, SMALL_PICTURE)
    run("UPDATE hotels SET status = :status", status=status)
    before = content()
    changes = [doors[name](album.admin) for name in ("begin", "caption", "cover", "order")]
    for answer in (*changes, album.complete(begun["id"])):
        assert list(what_is_wrong(answer, 409)) == []
        assert answer.json["code"] == "hotel_is_over"
    assert content() == before
    assert album.remove(photo_id).status_code == 204


def test_a_token_that_is_none_is_refused_where_none_is_needed(album: Album) -> None:
    assert Api(album.anybody.app, "no-token").get(album.path).status_code == 401
