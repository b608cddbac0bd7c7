"""What is said about people over HTTP."""

from typing import Any

import marshmallow as ma
import phonenumbers
from marshmallow import validate

from app.auth.models import Role
from app.core.schema import Email, Line, Schema, Text

REGION = "NG"
PHONE_LONGEST = 32


class Password(ma.fields.String):
    """Taken as typed: 10 to 128 characters, spaces included."""

    def __init__(self, shortest: int = 10, **kwargs: Any) -> None:
        super().__init__(validate=validate.Length(min=shortest, max=128), load_only=True, **kwargs)


class Phone(Text):
    """A telephone number that can exist, kept as E.164; without a country code it is taken as Nigerian."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(PHONE_LONGEST, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> str:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            number = phonenumbers.parse(text[:PHONE_LONGEST], REGION)
        except phonenumbers.NumberParseException as error:
            raise ma.ValidationError("Not a telephone number.") from error
        if not phonenumbers.is_valid_number(number):
            raise ma.ValidationError("Not a telephone number.")
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


class RegisterRequest(Schema):
    email = Email(required=True)
    password = Password(required=True, metadata={"description": "10 to 128 characters"})
    full_name = Line(120, required=True)
    phone = Phone(load_default=None, allow_none=True, metadata={"description": "E.164, or as dialled in Nigeria"})


class LoginRequest(Schema):
    email = Email(required=True)
    password = Password(shortest=1, required=True)


class RefreshRequest(Schema):
    refresh_token = ma.fields.String(required=True, validate=validate.Length(min=1, max=4096))


class TokenForm(ma.Schema):
    """The password grant of OAuth 2.0 (RFC 6749, section 4.3), which demands that unknown members are passed over."""

    class Meta:
        unknown = ma.EXCLUDE

    grant_type = ma.fields.String(required=True, validate=validate.Equal("password"))
    username = Email(required=True, metadata={"description": "the e-mail"})
    password = Password(shortest=1, required=True)


class ProfileChanges(Schema):
    full_name = Line(120)
    phone = Phone(allow_none=True, metadata={"description": "null removes it"})


class PlaceView(ma.Schema):
    hotel_id = ma.fields.UUID()
    role = ma.fields.String(metadata={"description": "hotel_admin or hotel_staff"})


class UserView(ma.Schema):
    id = ma.fields.UUID(attribute="user_id")
    email = ma.fields.String()
    full_name = ma.fields.String()
    phone = ma.fields.String(allow_none=True, metadata={"description": "E.164"})
    role = ma.fields.Enum(Role, by_value=True, metadata={"description": "the strongest of what the person is"})
    memberships = ma.fields.List(ma.fields.Nested(PlaceView), attribute="places")


class TokenView(ma.Schema):
    access_token = ma.fields.String(attribute="tokens.access_token")
    refresh_token = ma.fields.String(attribute="tokens.refresh_token")
    token_type = ma.fields.Constant("Bearer")
    expires_in = ma.fields.Integer(
        attribute="tokens.expires_in", metadata={"description": "seconds the access token lives"}
    )


class LoginView(TokenView):
    user = ma.fields.Nested(UserView)
