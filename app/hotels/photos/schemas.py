"""What is said about photos over HTTP."""

import marshmallow as ma
from marshmallow import validate

from app.core.schema import Flag, Instant, Int, Schema, Text
from app.hotels.photos.models import PictureType

LARGEST_NUMBER = 2**40
MOST_IDS = 1000


class UploadRequest(Schema):
    content_type = ma.fields.Enum(PictureType, by_value=ma.fields.String, required=True)
    size = Int(1, LARGEST_NUMBER, data_key="bytes", required=True, metadata={"description": "of the file, exactly"})


class PhotoChanges(Schema):
    caption = Text(200, shortest=0)
    is_cover = Flag(metadata={"description": "true makes it the cover in place of another"})


class OrderRequest(Schema):
    ids = ma.fields.List(ma.fields.UUID(), required=True, validate=validate.Length(max=MOST_IDS))


class PhotoUrlsView(ma.Schema):
    large = ma.fields.String(metadata={"description": "WebP, its longer side at most 1600 pixels"})
    small = ma.fields.String(metadata={"description": "WebP, its longer side at most 480 pixels"})


class ShownPhotoView(ma.Schema):
    id = ma.fields.UUID()
    caption = ma.fields.String()
    position = ma.fields.Integer(allow_none=True, metadata={"description": "from 1 on; null unless ready"})
    is_cover = ma.fields.Boolean()
    width = ma.fields.Integer(allow_none=True, metadata={"description": "pixels of the large size; null unless ready"})
    height = ma.fields.Integer(allow_none=True, metadata={"description": "pixels of the large size; null unless ready"})
    urls = ma.fields.Nested(PhotoUrlsView, allow_none=True, metadata={"description": "null unless ready"})


class PhotoView(ShownPhotoView):
    status = ma.fields.String(metadata={"description": "waiting, checking, ready or refused"})
    refusal = ma.fields.String(allow_none=True, metadata={"description": "why it was refused"})
    created_at = Instant()


class PhotoListView(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(PhotoView))


class UploadView(ma.Schema):
    url = ma.fields.String(metadata={"description": "POST a multipart form here"})
    fields_ = ma.fields.Dict(
        keys=ma.fields.String(),
        values=ma.fields.String(),
        attribute="fields",
        data_key="fields",
        metadata={"description": "the form's fields, as they are; the picture follows them as `file`"},
    )
    expires_at = Instant(metadata={"description": "until when the form is taken"})


class BegunPhotoView(PhotoView):
    upload = ma.fields.Nested(UploadView)
