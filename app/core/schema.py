"""Schemas and fields that refuse what they do not know: unknown members, strings of any length, dates in other spellings, odd numbers."""

import re
from datetime import date, time
from typing import Any

import marshmallow as ma
import phonenumbers
from marshmallow import validate

from app.core.money import MAX_KOBO

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
SURROGATE = re.compile(r"[\ud800-\udfff]")
EMAIL_LONGEST = 254
LOCAL_PART = re.compile(r"[a-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")
NO_EMAIL = "Not a valid email address."
PHONE_REGION = "NG"
PHONE_LONGEST = 32
CLOCK_TIME = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]")
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


class Line(Text):
    """One line: runs of white space, line breaks among them, become one space."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        return " ".join(super()._deserialize(value, attr, data, **kwargs).split())


class _PublicAddress(validate.Email):
    DOMAIN_WHITELIST = ()  # type: ignore[assignment]  # marshmallow's own lets `localhost` through


class Email(Text):
    """An address with a dot in its domain, lower-cased; one address has one spelling.

    A domain in other letters becomes its ASCII form (IDNA), under which one that only looks like another is another. Before the @ there is
    ASCII alone: mailboxes with other letters are rare, and most servers could not be told of them. Quoted names and IP addresses
    are refused as well.
    """

    def __init__(self, **kwargs: Any) -> None:
        told = {"format": "email"} | kwargs.pop("metadata", {})
        super().__init__(EMAIL_LONGEST, shortest=3, metadata=told, **kwargs)
        self.validators.append(_PublicAddress())

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        local, at, domain = text.lower().rpartition("@")
        if len(text) > EMAIL_LONGEST or not LOCAL_PART.fullmatch(local) or "[" in domain:
            raise ma.ValidationError(NO_EMAIL)
        try:
            return local + at + domain.encode("idna").decode("ascii").lower()
        except UnicodeError as error:
            raise ma.ValidationError(NO_EMAIL) from error


class Phone(Text):
    """A telephone number that can exist, kept as E.164; without a country code it is taken as Nigerian."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(PHONE_LONGEST, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            number = phonenumbers.parse(text[:PHONE_LONGEST], PHONE_REGION)
        except phonenumbers.NumberParseException as error:
            raise ma.ValidationError("Not a telephone number.") from error
        if number.extension or not phonenumbers.is_valid_number(number):  # E.164 has no room for an extension
            raise ma.ValidationError("Not a telephone number.")
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


class Int(ma.fields.Integer):
    """A JSON integer between two bounds: no strings, no booleans, no floats."""

    def __init__(self, low: int, high: int, **kwargs: Any) -> None:
        super().__init__(strict=True, validate=validate.Range(min=low, max=high), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if isinstance(value, (bool, str)):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


class Flag(ma.fields.Boolean):
    """A JSON `true` or `false`, and nothing that resembles one."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        flag: bool = super()._deserialize(value, attr, data, **kwargs)
        return flag


class QueryInt(ma.fields.Integer):
    """An integer of a query string between two bounds."""

    def __init__(self, low: int, high: int, **kwargs: Any) -> None:
        super().__init__(validate=validate.Range(min=low, max=high), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> int:
        if not re.fullmatch(r"-?[0-9]{1,18}", str(value)):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


class QueryInts(ma.fields.List[Any]):
    """Integers of a query string: separated by commas, or the parameter repeated."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> list[Any]:
        parts = [part for text in value for part in str(text).split(",")] if isinstance(value, list) else value
        return super()._deserialize(parts, attr, data, **kwargs)


class QueryFlag(ma.fields.Boolean):
    """`true` or `false` of a query string, and no other spelling."""

    truthy = {"true"}  # noqa: RUF012 - marshmallow's way of saying it
    falsy = {"false"}  # noqa: RUF012


class Degrees(ma.fields.Float):
    """A coordinate of a query string, in degrees between two bounds."""

    def __init__(self, low: float, high: float, **kwargs: Any) -> None:
        super().__init__(allow_nan=False, validate=validate.Range(min=low, max=high), **kwargs)


class JsonDegrees(Degrees):
    """A coordinate of a JSON body: a number, not its text."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> float:
        if isinstance(value, (bool, str)):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **kwargs)


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


class ClockTime(ma.fields.Time):
    """`HH:MM` on a wall, and no other spelling of a time."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="%H:%M", **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> time:
        if not isinstance(value, str) or not CLOCK_TIME.fullmatch(value):
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        return super()._deserialize(value, attr, data, **kwargs)


class Instant(ma.fields.AwareDateTime):
    """RFC 3339 in UTC, for answers."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(format="iso", **kwargs)
