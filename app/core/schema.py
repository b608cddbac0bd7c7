"""Schemas and fields that refuse what they do not know: unknown members, strings of any length, dates in other spellings, odd numbers."""

import re
from datetime import date
from typing import Any

import marshmallow as ma
from marshmallow import validate

from app.core.money import MAX_KOBO

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
SURROGATE = re.compile(r"[\ud800-\udfff]")
ISO_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class Schema(ma.Schema):
    """Root of all schemas: a member we do not know is a 422, so nothing is assigned by the way."""

    class Meta:
        unknown = ma.RAISE


class Text(ma.fields.String):
    """A string of bounded length without control characters, outer spaces removed."""

    def __init__(self, longest: int, *, shortest: int = 1, **kwargs: Any) -> None:
        super().__init__(validate=validate.Length(min=shortest, max=longest), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text: str = super()._deserialize(value, attr, data, **kwargs)
        if CONTROL.search(text) or SURROGATE.search(text):
            raise ma.ValidationError("Contains characters that are no text.")
        return text.strip()


class _PublicAddress(validate.Email):
    DOMAIN_WHITELIST = ()  # type: ignore[assignment]  # marshmallow's own lets `localhost` through


class Email(Text):
    """An address with a dot in its domain, lower-cased."""

    def __init__(self, **kwargs: Any) -> None:
        told = {"format": "email"} | kwargs.pop("metadata", {})
        super().__init__(254, shortest=3, metadata=told, **kwargs)
        self.validators.append(_PublicAddress())

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return super()._deserialize(value, attr, data, **kwargs).lower()


class Int(ma.fields.Integer):
    """A JSON integer between two bounds: no strings, no booleans, no floats."""

    def __init__(self, low: int, high: int, **kwargs: Any) -> None:
        super().__init__(strict=True, validate=validate.Range(min=low, max=high), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if isinstance(value, (bool, str)):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


class QueryInt(ma.fields.Integer):
    """An integer of a query string between two bounds."""

    def __init__(self, low: int, high: int, **kwargs: Any) -> None:
        super().__init__(validate=validate.Range(min=low, max=high), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if not re.fullmatch(r"-?[0-9]{1,18}", str(value)):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


class QueryFlag(ma.fields.Boolean):
    """`true` or `false` of a query string, and no other spelling."""

    truthy = {"true"}  # noqa: RUF012 - marshmallow's way of saying it
    falsy = {"false"}  # noqa: RUF012


class Degrees(ma.fields.Float):
    """A coordinate of a query string, in degrees between two bounds."""

    def __init__(self, low: float, high: float, **kwargs: Any) -> None:
        super().__init__(allow_nan=False, validate=validate.Range(min=low, max=high), **kwargs)


class Kobo(Int):
    """Money: integer kobo."""

    def __init__(self, low: int = 0, **kwargs: Any) -> None:
        super().__init__(low, MAX_KOBO, **kwargs)


class Day(ma.fields.Date):
    """`YYYY-MM-DD` and no other spelling of a date."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%Y-%m-%d", **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> date:
        if not isinstance(value, str) or not ISO_DATE.fullmatch(value):
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        return super()._deserialize(value, attr, data, **kwargs)


class Instant(ma.fields.AwareDateTime):
    """RFC 3339 in UTC, for answers."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", **kwargs)
