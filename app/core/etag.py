"""Nobody's change is lost: what is read carries an ETag, and who changes it says by `If-Match` which one he has read.

A tag is `"<version>.<digest>"`. The version is the row's and moves with each change of it: `If-Match` is held against that alone, for
what else a page shows may move without being changed by the request. The digest is of the whole answer: `If-None-Match` is held
against all of the tag.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, jsonify, request

from app.core.errors import PreconditionFailed, PreconditionRequired

HEADER = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "schema": {"type": "string", "minLength": 1},
    "description": "The ETag of what was read; `*` for whatever is there. Without: 428 `precondition_required`. Stale: 412.",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """The versions that the client says it has read; None: it does not care."""

    versions: frozenset[str] | None

    def require(self, version: int) -> None:
        """Raises PreconditionFailed when the client has read another one."""
        if self.versions is not None and str(version) not in self.versions:
            raise PreconditionFailed


def seen() -> Seen:
    """Reads `If-Match`. Raises PreconditionRequired.

    Weak tags count: a proxy that compresses an answer weakens its tag, and the version in it is as good as before.
    """
    sent = request.if_match
    if sent.star_tag:
        return Seen(None)
    tags = sent.as_set(include_weak=True)
    if not tags:
        raise PreconditionRequired
    return Seen(frozenset((tag or "").partition(".")[0] for tag in tags))  # an empty one is read as None


def tagged(body: Mapping[str, Any], version: int, status: int = 200) -> Response:
    """JSON with its tag; 304 without a body to a reader who has it already."""
    response = jsonify(body)
    response.status_code = status
    response.set_etag(f"{version}.{hashlib.sha256(response.data).hexdigest()[:16]}")
    if request.method in {"GET", "HEAD"}:
        response.make_conditional(request)
    return response
