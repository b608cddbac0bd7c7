"""Photos while the object store is away, and when the worker dies between store and commit."""

from typing import Any

import pytest
import requests

from demo.story.stage import expect_status, until
from tests.faults.gates import Gate, closed
from tests.faults.running import Running
from tests.faults.vendor import Vendor, hurry
from tests.hotels.photos.pictures import jpeg, opened

pytestmark = pytest.mark.timeout(240)

PICTURE = jpeg(2000, 1000)
OVER = "UPDATE hotel_photos SET upload_expires_at = upload_expires_at - interval '1 hour' WHERE id = %s"
PUT_OFF = "SELECT count(*) FROM outbox WHERE name = 'photos.check' AND attempts = 0 AND last_error LIKE 'NoAnswer%%'"


def photos(running: Running) -> str:
    return f"/hotels/{running.hotel.id}/photos"


def uploaded(running: Running) -> str:
    """The id of a photo whose upload has arrived; its link is over, so that nothing of it is owed for long."""
    body = {"content_type": "image/jpeg", "bytes": len(PICTURE)}
    begun: dict[str, Any] = expect_status(running.admin.post(photos(running), body), 201)
    form = begun["upload"]
    posted = requests.post(form["url"], form["fields"], files={"file": ("photo.jpg", PICTURE)}, timeout=30)
    assert posted.status_code == 204
    running.look.execute(OVER, [begun["id"]])
    return str(begun["id"])


def complete(running: Running, photo_id: str) -> requests.Response:
    return running.admin.post(f"{photos(running)}/{photo_id}/complete")


def photo(running: Running, photo_id: str) -> dict[str, Any]:
    items = expect_status(running.admin.get(photos(running)), 200)["items"]
    (found,) = [one for one in items if one["id"] == photo_id]
    told: dict[str, Any] = found
    return told


def assert_shown(running: Running, photo_id: str) -> None:
    until("the photo to be ready", lambda: photo(running, photo_id)["status"] == "ready")
    for url in photo(running, photo_id)["urls"].values():
        assert opened(requests.get(url, timeout=10).content).format == "WEBP"
    removed = running.admin.http.delete(f"{running.stage.api}{photos(running)}/{photo_id}", timeout=30)
    assert removed.status_code == 204


def test_while_the_store_is_away_a_check_waits_at_no_cost(running: Running) -> None:
    vendor, photo_id = Vendor(running), uploaded(running)
    with vendor.misbehaving(s3="500"):
        assert complete(running, photo_id).status_code == 503
    with running.frozen("worker-bulk"):
        expect_status(complete(running, photo_id), 202)
        vendor.misbehave(s3="500")
    until("the check to be put off", lambda: running.value(PUT_OFF) == 1)
    assert photo(running, photo_id)["status"] == "checking"
    vendor.behave()
    assert_shown(running, photo_id)


@pytest.mark.slow
def test_a_worker_that_dies_between_store_and_commit_leaves_a_photo_that_is_checked_again(running: Running) -> None:
    photo_id = uploaded(running)
    with closed(Gate.PHOTO, running.look) as window:
        expect_status(complete(running, photo_id), 202)
        window.wait_for_one()
        died = running.kill("worker-bulk")
    assert photo(running, photo_id)["status"] == "checking"
    running.back("worker-bulk", died)
    hurry(running, "photos.check")
    assert_shown(running, photo_id)
    assert running.value("SELECT checks FROM hotel_photos WHERE id = %s", photo_id) == 2
