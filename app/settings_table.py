"""Every setting as people read it, from the one place where it is declared."""

import types
from dataclasses import dataclass
from typing import Any, Literal, Union, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from app.config import Settings

WORDS: dict[Any, str] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true | false",
    SecretStr: "secret",
    list[str]: "JSON list of texts",
    type(None): "none",
}


@dataclass(frozen=True)
class Row:
    """`name` is that of the variable; a secret's default is not told."""

    name: str
    kind: str
    default: str
    meaning: str


def rows() -> list[Row]:
    """In the order in which they are declared."""
    return [
        Row(name.upper(), _kind(field.annotation), _default(field), field.description or "")
        for name, field in Settings.model_fields.items()
    ]


def _kind(annotation: Any) -> str:
    """Raises KeyError for a type that has no word yet."""
    if get_origin(annotation) is Literal:
        return " | ".join(get_args(annotation))
    if get_origin(annotation) in (Union, types.UnionType):
        return " | ".join(WORDS[part] for part in get_args(annotation))
    return WORDS[annotation]


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is None:
        return "none"
    return "(for development)" if isinstance(value, SecretStr) else str(value)
