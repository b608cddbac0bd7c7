"""Reading JSON that means one thing to everybody who reads it."""

import json
from typing import Any

import orjson


def read(body: str | bytes) -> Any:
    """The document. Raises ValueError for what is no JSON (NaN, a byte order mark, half a surrogate pair among it), for numbers beyond
    a double, for depth of some hundred levels, and for a member that is named twice: readers differ in which of the two they believe.
    """
    document = orjson.loads(body)
    try:
        json.loads(body, object_pairs_hook=_each_once)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    return document


def _each_once(pairs: list[tuple[str, Any]]) -> None:
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a member is named twice")
