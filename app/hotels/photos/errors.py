"""What can go wrong with photos, as clients see it."""

from app.core import db_errors
from app.core.errors import Conflict, Invalid, NotFound, TooMany


class PhotoNotFound(NotFound):
    """Also for photos of other hotels, and for those that were removed."""

    title = "There is no such photo"


class TooManyPhotos(Conflict):
    code, title = "too_many_photos", "The hotel has as many photos as it may; remove one first"


class TooManyUploads(TooMany):
    code, title = "too_many_uploads", "Enough pictures were uploaded for this hotel for now; wait a while"


class NotUploaded(Conflict):
    code, title = "not_uploaded", "The picture has not arrived; post it to the upload address first"


class PhotoNotReady(Conflict):
    code, title = "photo_not_ready", "Only a photo that is ready can be the cover"


class PhotoTooLarge(Invalid):
    """`most_bytes`: what is taken."""

    code, title = "photo_too_large", "The picture is too large"


class CoverNeeded(Invalid):
    code, title = "cover_needed", "A hotel with photos has a cover; make another photo the cover instead"


class OrderMismatch(Invalid):
    code, title = "photo_order_mismatch", "Name each of the hotel's ready photos once"


db_errors.constraint_means("uq_hotel_photos_cover", db_errors.Raced)
