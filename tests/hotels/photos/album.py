"""A hotel's admin who uploads pictures as a browser does: a form from the API, posted to the object store."""

from typing import Any
from uuid import UUID

import requests

from sandbox.object_store import ObjectStore
from tests import factories
from tests.api import Api
from tests.hotels.photos.pictures import jpeg
from tests.job_queue import run_due_jobs
from tests.payments.stage import rows, run

SMALL_PICTURE = jpeg(60, 40)


class Album:
    """The photos of one hotel, which is active."""

    def __init__(self, api: Api, store: ObjectStore) -> None:
        self.hotel_id = factories.hotel().id
        self.path = f"/hotels/{self.hotel_id}/photos"
        self.admin, self.anybody = api.as_(factories.member(self.hotel_id)), api
        self.store = store

    def begin(self, size: int, content_type: str = "image/jpeg") -> Any:
        return self.admin.post(self.path, {"content_type": content_type, "bytes": size})

    def begun(self, picture: bytes, content_type: str = "image/jpeg") -> dict[str, Any]:
        answer = self.begin(len(picture), content_type)
        assert answer.status_code == 201, answer.text
        told: dict[str, Any] = answer.json
        return told

    def complete(self, photo_id: str) -> Any:
        return self.admin.post(f"{self.path}/{photo_id}/complete")

    def uploaded(self, picture: bytes = SMALL_PICTURE, content_type: str = "image/jpeg") -> str:
        """The id of a photo whose upload has arrived and been told complete; its check is promised."""
        begun = self.begun(picture, content_type)
        assert posted(begun, picture).status_code == 204
        answer = self.complete(begun["id"])
        assert (answer.status_code, answer.json["status"]) == (202, "checking"), answer.text
        return str(begun["id"])

    def added(self, picture: bytes = SMALL_PICTURE, content_type: str = "image/jpeg") -> str:
        """The id of a photo that is ready."""
        photo_id = self.uploaded(picture, content_type)
        run_due_jobs()
        assert self.photo(photo_id)["status"] == "ready"
        return photo_id

    def edit(self, photo_id: str, **changes: Any) -> Any:
        return self.admin.patch(f"{self.path}/{photo_id}", changes)

    def order(self, *ids: str) -> Any:
        return self.admin.put(f"{self.path}/order", {"ids": ids})

    def remove(self, photo_id: str) -> Any:
        return self.admin.delete(f"{self.path}/{photo_id}")

    def items(self, by: Api | None = None) -> list[dict[str, Any]]:
        answer = (by or self.admin).get(self.path)
        assert answer.status_code == 200, answer.text
        told: list[dict[str, Any]] = answer.json["items"]
        return told

    def photo(self, photo_id: str) -> dict[str, Any]:
        (found,) = [photo for photo in self.items() if photo["id"] == photo_id]
        return found

    @property
    def in_order(self) -> list[tuple[str, bool]]:
        """The ready photos as guests see them: id, and whether it is the cover."""
        return [(photo["id"], photo["is_cover"]) for photo in self.items(self.anybody)]

    @property
    def objects(self) -> list[str]:
        """What the store holds, without the hotel's part of the names."""
        return [key.replace(f"{self.hotel_id}/", "") for key in self.store.names()]


def posted(begun: dict[str, Any], picture: bytes, **instead: str) -> requests.Response:
    form = begun["upload"]
    fields = form["fields"] | instead
    return requests.post(form["url"], data=fields, files={"file": ("photo", picture)}, timeout=10)


def row(photo_id: str) -> dict[str, Any]:
    (found,) = rows("hotel_photos", "id = :id", id=UUID(photo_id))
    return found


def pass_time(photo_id: str, seconds: float) -> None:
    """All that has happened to the photo was so much earlier, and its link ends so much earlier."""
    run(
        "UPDATE hotel_photos SET created_at = created_at - make_interval(secs => :seconds),"
        " moved_at = moved_at - make_interval(secs => :seconds), cleared_at = cleared_at - make_interval(secs => :seconds),"
        " upload_expires_at = upload_expires_at - make_interval(secs => :seconds) WHERE id = :id",
        id=UUID(photo_id),
        seconds=seconds,
    )
