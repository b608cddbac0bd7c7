"""The API object: flask-smorest with RFC 9457 errors, in the answers and in the OpenAPI document."""

import marshmallow as ma
from flask_smorest import Api

from app.core import problem

PREFIX = "/api/v1"


class Problem(ma.Schema):
    """RFC 9457 problem document. Some codes bring members of their own."""

    class Meta:
        unknown = ma.INCLUDE

    type = ma.fields.String(required=True, metadata={"description": "URI of the kind of problem"})
    title = ma.fields.String(required=True, metadata={"description": "the kind of problem, in words"})
    status = ma.fields.Integer(required=True, metadata={"description": "HTTP status"})
    code = ma.fields.String(required=True, metadata={"description": "stable word to branch on"})
    detail = ma.fields.String(metadata={"description": "this problem, in words"})
    instance = ma.fields.String(required=True, metadata={"description": "path of the request"})
    request_id = ma.fields.String(required=True, metadata={"description": "name it when you ask for help"})
    errors = ma.fields.Dict(metadata={"description": "messages by location and field"})


class ProblemApi(Api):  # type: ignore[misc]
    """Errors are `application/problem+json`; `core.problem` renders them."""

    ERROR_SCHEMA = Problem

    def _register_error_handlers(self) -> None:
        """`core.problem.register` has them already."""

    def _register_responses(self) -> None:
        super()._register_responses()
        for response in self.spec.components.responses_lazy.values():
            content = response.get("content", {})
            if "application/json" in content:
                content[problem.MEDIA_TYPE] = content.pop("application/json")
