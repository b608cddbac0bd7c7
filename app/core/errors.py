"""What can go wrong, as clients see it: a status, a stable code, a sentence. Rendered as RFC 9457 by `core.problem`."""

from collections.abc import Mapping
from typing import Any, ClassVar


class AppError(Exception):
    """An expected refusal. `extra` becomes members of the problem document, `retry_after` (seconds) a header."""

    status: ClassVar[int] = 500
    code: ClassVar[str] = "internal_error"
    title: ClassVar[str] = "Something went wrong"

    def __init__(self, detail: str | None = None, *, retry_after: int | None = None, **extra: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.retry_after = retry_after
        self.extra: Mapping[str, Any] = extra


class Malformed(AppError):
    status, code, title = 400, "malformed_request", "The request could not be read"


class Unauthenticated(AppError):
    status, code, title = 401, "unauthenticated", "Log in first"


class Forbidden(AppError):
    status, code, title = 403, "forbidden", "You may not do this"


class NotFound(AppError):
    """Also the answer for objects of others: nobody learns that they exist."""

    status, code, title = 404, "not_found", "There is nothing here"


class Conflict(AppError):
    status, code, title = 409, "conflict", "The state of things does not allow this"


class IllegalTransition(Conflict):
    """A move that is not in the table of its machine; `allowed` lists those that are."""

    code, title = "illegal_transition", "This step is not possible now"


class Gone(AppError):
    status, code, title = 410, "gone", "This is no longer there"


class PreconditionFailed(AppError):
    status, code, title = 412, "precondition_failed", "This has changed since you read it; read it again"


class NotJson(AppError):
    status, code, title = 415, "unsupported_media_type", "Send application/json"


class Invalid(AppError):
    """A rule that a field breaks; `errors` says which, by location."""

    status, code, title = 422, "validation_error", "The request breaks a rule"


class PreconditionRequired(AppError):
    status, code, title = (
        428,
        "precondition_required",
        "Send If-Match with the ETag you read, so that nobody's change is lost",
    )


class TooMany(AppError):
    status, code, title = 429, "too_many_requests", "Too much at once"


class Unavailable(AppError):
    """A vendor or server that we need is away. In a job: try again later, nothing is used up."""

    status, code, title = 503, "unavailable", "Something we need is away; try again shortly"

    def __init__(self, detail: str | None = None, *, retry_after: int | None = 2, **extra: Any) -> None:
        super().__init__(detail, retry_after=retry_after, **extra)


class Busy(Unavailable):
    """Others work on the same rows right now."""

    code, title = "busy", "Others are at this right now; try again"
