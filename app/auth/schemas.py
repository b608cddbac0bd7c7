"""What is said about people over HTTP."""

from typing import Any

import marshmallow as ma
from marshmallow import validate

from app.auth.models import Role
from app.core.schema import Email, Flag, Instant, Line, Phone, Schema, Text


class Password(ma.fields.String):
    """Taken as typed: 10 to 128 characters, spaces included."""

    def __init__(self, shortest: int = 10, **kwargs: Any) -> None:
        super().__init__(validate=validate.Length(min=shortest, max=128), load_only=True, **kwargs)


class Consent(Flag):
    """True: without it there is nothing to do."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=True, validate=validate.Equal(True), **kwargs)


class LinkToken(Text):
    """What stands behind `token=` in a link that we mailed."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(100, required=True, **kwargs)


class RegisterRequest(Schema):
    email = Email(required=True)
    password = Password(required=True, metadata={"description": "10 to 128 characters"})
    full_name = Line(120, required=True)
    phone = Phone(load_default=None, allow_none=True, metadata={"description": "E.164, or as dialled in Nigeria"})
    accepted_terms = Consent(metadata={"description": "true: the terms are accepted"})
    marketing = Flag(load_default=False, metadata={"description": "whether we may write about offers"})


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
    marketing = Flag(metadata={"description": "whether we may write about offers; false takes consent back"})


class LinkRequest(Schema):
    token = LinkToken()


class ForgottenRequest(Schema):
    email = Email(required=True)


class ResetRequest(Schema):
    token = LinkToken()
    password = Password(required=True, metadata={"description": "10 to 128 characters"})


class PasswordChange(Schema):
    current_password = Password(shortest=1, required=True)
    new_password = Password(required=True, metadata={"description": "10 to 128 characters"})


class EmailChange(Schema):
    email = Email(required=True)
    password = Password(shortest=1, required=True)


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
    email_verified = ma.fields.Boolean(metadata={"description": "shown by a link that was mailed there"})
    marketing = ma.fields.Boolean(metadata={"description": "whether we may write about offers"})


class TokenView(ma.Schema):
    access_token = ma.fields.String(attribute="tokens.access_token")
    refresh_token = ma.fields.String(attribute="tokens.refresh_token")
    token_type = ma.fields.Constant("Bearer")
    expires_in = ma.fields.Integer(
        attribute="tokens.expires_in", metadata={"description": "seconds the access token lives"}
    )


class LoginView(TokenView):
    user = ma.fields.Nested(UserView)


class AcceptedView(ma.Schema):
    """An empty object: what follows is told by mail."""


class SessionView(ma.Schema):
    id = ma.fields.UUID()
    user_agent = ma.fields.String(allow_none=True)
    ip = ma.fields.String(allow_none=True)
    created_at = Instant()
    last_used_at = Instant(metadata={"description": "when it was opened or last refreshed"})
    current = ma.fields.Boolean(metadata={"description": "whether this is the session of the request"})


class SessionsView(ma.Schema):
    items = ma.fields.List(ma.fields.Nested(SessionView))
