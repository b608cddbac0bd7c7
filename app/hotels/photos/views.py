"""Photos of hotels over HTTP."""

from typing import Any
from uuid import UUID

from flask.views import MethodView

from app.auth.blueprint import Blueprint
from app.auth.guard import principal, principal_or_none
from app.auth.permissions import Verb
from app.hotels.photos.schemas import (
    BegunPhotoView,
    OrderRequest,
    PhotoChanges,
    PhotoListView,
    PhotoView,
    UploadRequest,
)
from app.hotels.photos.service import arrange, look, upload

blp = Blueprint("photos", __name__, url_prefix="/hotels", description="Pictures of hotels.")


by_managers = blp.allowed(Verb.MANAGE_PHOTOS)


@blp.route("/<uuid:hotel_id>/photos")
class Photos(MethodView):
    @blp.login_optional
    @blp.response(200, PhotoListView)
    @blp.problems(404)
    def get(self, hotel_id: UUID) -> dict[str, Any]:
        """List a hotel's photos.

        Those that are ready, in the hotel's order; members and the platform's people also see those under way, and the refused with
        the reason: `not_a_picture`, `unsupported_format` (only JPEG, PNG and WebP that do not move), `damaged_picture`, `picture_bomb`
        (too many pixels), `too_large`, `not_uploaded`, `upload_replaced`.
        """
        return look.of_hotel(hotel_id, principal_or_none())

    @by_managers
    @blp.arguments(UploadRequest)
    @blp.response(201, BegunPhotoView)
    @blp.problems(409, 503)
    def post(self, body: dict[str, Any], hotel_id: UUID) -> dict[str, Any]:
        """Begin the upload of a photo.

        The answer holds a form that uploads one file of this type and of exactly so many bytes, within ten minutes; then say
        `complete`. For the hotel's admins. 422 `photo_too_large`; 409 `too_many_photos`, `hotel_is_over`; 429 `too_many_uploads`.
        """
        return upload.begin(principal(), hotel_id, body["content_type"], body["size"])


@blp.post("/<uuid:hotel_id>/photos/<uuid:photo_id>/complete")
@by_managers
@blp.response(202, PhotoView)
@blp.problems(409, 422, 503)
def complete_photo(hotel_id: UUID, photo_id: UUID) -> dict[str, Any]:
    """Say that a photo has been uploaded.

    It is checked within seconds: see its `status`. May be said again. For the hotel's admins. 409 `not_uploaded`,
    `too_many_photos`, `hotel_is_over`; 422 `photo_too_large`, and the upload is deleted.
    """
    return upload.complete(principal(), hotel_id, photo_id)


@blp.put("/<uuid:hotel_id>/photos/order")
@by_managers
@blp.arguments(OrderRequest)
@blp.response(200, PhotoListView)
@blp.problems(409)
def order_photos(body: dict[str, Any], hotel_id: UUID) -> dict[str, Any]:
    """Put a hotel's photos in order.

    `ids`: each of its ready photos once, else 422 `photo_order_mismatch`. For the hotel's admins. 409 `hotel_is_over`.
    """
    return arrange.reorder(principal(), hotel_id, body["ids"])


@blp.route("/<uuid:hotel_id>/photos/<uuid:photo_id>")
class OnePhoto(MethodView):
    @by_managers
    @blp.arguments(PhotoChanges)
    @blp.response(200, PhotoView)
    @blp.problems(409)
    def patch(self, changes: dict[str, Any], hotel_id: UUID, photo_id: UUID) -> dict[str, Any]:
        """Caption a photo, or make it the cover.

        For the hotel's admins. 409 `photo_not_ready`, `hotel_is_over`; 422 `cover_needed` for the cover itself: make another photo the
        cover.
        """
        return arrange.edit(principal(), hotel_id, photo_id, changes)

    @by_managers
    @blp.response(204)
    def delete(self, hotel_id: UUID, photo_id: UUID) -> None:
        """Remove a photo.

        If it was the cover, the next photo is. For the hotel's admins, also when the hotel is rejected or closed.
        """
        arrange.remove(principal(), hotel_id, photo_id)
