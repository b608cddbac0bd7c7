"""From the first word about a picture to the order to check it."""

import base64
import json
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest
import requests

from app.config import Settings
from runner import environment
from sandbox.object_store import BUCKET
from tests.hotels.photos.album import Album, pass_time, posted, row
from tests.hotels.photos.pictures import encoded, halves, jpeg, opened
from tests.payments.stage import promised
from tests.ship.composed import services
from tests.surface import content, what_is_wrong

MIB = 2**20
FIFTY = 50 * MIB


def test_a_picture_goes_from_the_browser_to_the_page(album: Album, run_jobs: Callable[[], int]) -> None:
    picture = jpeg(2000, 1500)
    begun = album.begun(picture)
    assert (begun["status"], begun["urls"], begun["refusal"], begun["is_cover"]) == ("waiting", None, None, False)
    assert posted(begun, picture).status_code == 204
    checking = album.complete(begun["id"])
    assert (checking.status_code, checking.json["status"]) == (202, "checking")
    assert run_jobs() == 2  # the check, and the upload's deletion
    (photo,) = album.items(album.anybody)
    assert (photo["id"], photo["status"], photo["position"], photo["is_cover"]) == (begun["id"], "ready", 1, True)
    assert (photo["width"], photo["height"], photo["caption"]) == (1600, 1200, "")
    for size, wanted in {"large": (1600, 1200), "small": (480, 360)}.items():
        answer = requests.get(photo["urls"][size], timeout=10)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/webp")
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert opened(answer.content).size == wanted
    page = album.anybody.get(f"/hotels/{album.hotel_id}").json
    shown = {name: photo[name] for name in ("id", "caption", "position", "is_cover", "width", "height", "urls")}
    assert (page["photos"], page["cover"]) == ([shown], shown)
    assert album.objects == [f"photos/{begun['id']}/large.webp", f"photos/{begun['id']}/small.webp"]


def test_an_upload_is_read_by_nobody_but_us(album: Album) -> None:
    photo_id = album.uploaded()
    (key,) = album.store.names()
    assert key == f"incoming/{album.hotel_id}/{photo_id}"
    assert requests.get(f"{album.store.world.url}/{BUCKET}/{key}", timeout=10).status_code == 403


def test_the_form_is_good_for_one_object_of_this_size_and_type(album: Album) -> None:
    """The sandbox's store does not look at the conditions, so they are looked at here."""
    begun = album.begun(bytes(12_345), "image/png")
    fields = begun["upload"]["fields"]
    policy = json.loads(base64.b64decode(fields["policy"]))
    key = f"incoming/{album.hotel_id}/{begun['id']}"
    for condition in ({"key": key}, {"Content-Type": "image/png"}, {"bucket": BUCKET}):
        assert condition in policy["conditions"]
    assert ["content-length-range", 12_345, 12_345] in policy["conditions"]
    assert (fields["key"], fields["Content-Type"]) == (key, "image/png")
    told, until = (datetime.fromisoformat(at) for at in (begun["upload"]["expires_at"], policy["expiration"]))
    assert 25 <= (until - told).total_seconds() <= 31
    assert 590 <= (told - datetime.fromisoformat(begun["created_at"])).total_seconds() <= 610
    assert begun["upload"]["url"] == f"{album.store.world.url}/{BUCKET}"


def test_browsers_may_know_the_bucket_by_another_address(album: Album, with_settings: Callable[..., Any]) -> None:
    photo_id = album.added()
    with_settings(public_upload_url="https://uploads.example.com", public_photos_url="https://cdn.example.com/")
    assert album.begun(bytes(10))["upload"]["url"] == "https://uploads.example.com"
    large = album.photo(photo_id)["urls"]["large"]
    assert large == f"https://cdn.example.com/photos/{album.hotel_id}/{photo_id}/large.webp"


def test_without_an_endpoint_the_store_is_amazons(album: Album, with_settings: Callable[..., Any]) -> None:
    with_settings(s3_endpoint_url="", s3_region="af-south-1", s3_bucket="pictures")
    assert album.begun(bytes(10))["upload"]["url"] == "https://pictures.s3.af-south-1.amazonaws.com/"


def test_fifty_megabytes_are_refused_when_they_are_told(album: Album) -> None:
    before = content()
    answer = album.begin(FIFTY)
    assert list(what_is_wrong(answer, 422)) == []
    assert (answer.json["code"], answer.json["most_bytes"]) == ("photo_too_large", 10 * MIB)
    assert album.begin(10 * MIB + 1).json["code"] == "photo_too_large"
    assert content() == before
    assert album.begin(10 * MIB).status_code == 201


def test_fifty_megabytes_are_refused_and_deleted_when_they_come_untold(
    album: Album, run_jobs: Callable[[], int]
) -> None:
    begun = album.begun(bytes(1000))
    assert posted(begun, bytes(FIFTY)).status_code == 204
    answer = album.complete(begun["id"])
    assert list(what_is_wrong(answer, 422)) == []
    assert (answer.json["code"], answer.json["most_bytes"]) == ("photo_too_large", 10 * MIB)
    assert promised() == ["photos.clear"]
    run_jobs()
    photo = album.photo(begun["id"])
    assert (photo["status"], photo["refusal"], album.objects) == ("refused", "too_large", [])
    again = album.complete(begun["id"])
    assert (again.status_code, again.json["refusal"]) == (202, "too_large")


def test_what_has_not_arrived_is_not_complete(album: Album) -> None:
    begun = album.begun(bytes(1000))
    before = content()
    answer = album.complete(begun["id"])
    assert list(what_is_wrong(answer, 409)) == []
    assert answer.json["code"] == "not_uploaded"
    assert content() == before


def test_complete_may_be_said_again_in_every_state(album: Album, run_jobs: Callable[[], int]) -> None:
    photo_id = album.uploaded()
    assert album.complete(photo_id).json["status"] == "checking"
    assert promised() == ["photos.check"]
    run_jobs()
    before = content()
    again = album.complete(photo_id)
    assert (again.status_code, again.json["status"]) == (202, "ready")
    assert content() == before


def test_a_picture_that_is_late_counts_all_the_same(album: Album) -> None:
    picture = jpeg(60, 40)
    begun = album.begun(picture)
    posted(begun, picture)
    pass_time(begun["id"], 3600)
    assert album.complete(begun["id"]).json["status"] == "checking"


def test_what_is_told_of_the_type_does_not_count(album: Album, run_jobs: Callable[[], int]) -> None:
    photo_id = album.uploaded(encoded(halves(), "PNG"), "image/jpeg")
    run_jobs()
    assert album.photo(photo_id)["status"] == "ready"


def test_the_real_size_is_kept(album: Album) -> None:
    picture = jpeg(60, 40)
    begun = album.begun(bytes(7))
    posted(begun, picture)
    album.complete(begun["id"])
    assert row(begun["id"])["bytes"] == len(picture)


@pytest.mark.parametrize(
    "body",
    [
        {"content_type": "image/gif", "bytes": 10},
        {"content_type": "IMAGE/JPEG", "bytes": 10},
        {"content_type": "image/jpeg", "bytes": 0},
        {"content_type": "image/jpeg", "bytes": -1},
        {"content_type": "image/jpeg", "bytes": "10"},
        {"content_type": "image/jpeg", "bytes": 1.5},
        {"content_type": "image/jpeg", "bytes": True},
        {"content_type": "image/jpeg"},
        {"bytes": 10},
        {"content_type": "image/jpeg", "bytes": 10, "status": "ready"},
        {"content_type": "image/jpeg", "bytes": 10, "hotel_id": str(uuid4())},
    ],
)
def test_uploads_that_are_not_described(album: Album, body: dict[str, Any]) -> None:
    before = content()
    answer = album.admin.post(album.path, body)
    assert list(what_is_wrong(answer, 422)) == []
    assert answer.json["code"] == "validation_error"
    assert content() == before


class TestPlaces:
    @pytest.fixture(autouse=True)
    def two_places(self, with_settings: Callable[..., Any]) -> None:
        with_settings(photos_per_hotel=2)

    def test_uploads_under_way_take_a_place(self, album: Album) -> None:
        album.added()
        album.begun(bytes(10))
        before = content()
        answer = album.begin(10)
        assert list(what_is_wrong(answer, 409)) == []
        assert answer.json["code"] == "too_many_photos"
        assert content() == before

    def test_links_that_ran_out_and_what_was_refused_or_removed_take_none(
        self, album: Album, run_jobs: Callable[[], int]
    ) -> None:
        photo_id = album.added()
        assert album.remove(photo_id).status_code == 204
        album.uploaded(b"no picture")
        run_jobs()
        pass_time(album.begun(bytes(10))["id"], 601)
        assert [album.begin(10).status_code for _ in range(3)] == [201, 201, 409]

    def test_a_late_picture_needs_a_place_of_its_own(self, album: Album) -> None:
        picture = jpeg(60, 40)
        late = album.begun(picture)
        posted(late, picture)
        pass_time(late["id"], 601)
        first = album.added()
        album.added()
        assert album.complete(late["id"]).json["code"] == "too_many_photos"
        album.remove(first)
        assert album.complete(late["id"]).status_code == 202


def test_pictures_that_come_and_go_come_so_often_in_a_day(album: Album, with_settings: Callable[..., Any]) -> None:
    with_settings(photo_uploads_per_day=3)
    for _ in range(3):
        assert album.remove(album.begun(bytes(10))["id"]).status_code == 204
    before = content()
    answer = album.begin(10)
    assert list(what_is_wrong(answer, 429)) == []
    assert (answer.json["code"], 0 < int(answer.headers["Retry-After"]) <= 86400 / 3) == ("too_many_uploads", True)
    assert content() == before


def test_an_upload_of_nothing_has_not_arrived(album: Album) -> None:
    """The form of a real store takes exactly what was told; one that only speaks like it may take anything."""
    begun = album.begun(bytes(1000))
    assert posted(begun, b"").status_code == 204
    answer = album.complete(begun["id"])
    assert list(what_is_wrong(answer, 409)) == []
    assert answer.json["code"] == "not_uploaded"


class TestTheStoreIsAway:
    @pytest.mark.parametrize("fault", ["500", "drop", "html_502", "429"])
    def test_complete_says_so_and_can_be_said_again(self, album: Album, fault: str) -> None:
        picture = jpeg(60, 40)
        begun = album.begun(picture)
        posted(begun, picture)
        before = content()
        album.store.world.switches.put({"s3": fault})
        answer = album.complete(begun["id"])
        assert list(what_is_wrong(answer, 503)) == []
        assert (answer.json["code"], answer.headers["Retry-After"]) == ("vendor_unavailable", "2")
        assert content() == before
        album.store.world.switches.clear()
        assert album.complete(begun["id"]).status_code == 202

    def test_everything_else_goes_on(self, album: Album) -> None:
        first, second = album.added(), album.added()
        album.store.world.switches.put({"s3": "500"})
        assert album.begin(10).status_code == 201
        assert album.edit(second, caption="The pool", is_cover=True).status_code == 200
        assert album.order(second, first).status_code == 200
        assert album.remove(first).status_code == 204
        assert len(album.items(album.anybody)) == 1


def test_the_buckets_name_is_the_same_everywhere() -> None:
    assert Settings.model_fields["s3_bucket"].default == BUCKET
    for url in (
        Settings.model_fields["public_photos_url"].default,
        environment._vendors("http://127.0.0.1:8010")["PUBLIC_PHOTOS_URL"],
        services()["web"]["environment"]["PUBLIC_PHOTOS_URL"].removesuffix("}"),
        services()["web"]["environment"]["PUBLIC_UPLOAD_URL"].removesuffix("}"),
    ):
        assert url.endswith(f"http://127.0.0.1:8010/{BUCKET}")
