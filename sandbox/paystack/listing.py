"""Paystack's two ways of paging a list, by number and by cursor, over items that have an `id` and an `amount`."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from sandbox import clock
from sandbox.paystack.envelopes import PaystackError

DEFAULT_SIZE = 50
LARGEST_SIZE = 1000


class Listed(Protocol):
    @property
    def id(self) -> int: ...

    @property
    def amount(self) -> int: ...


Item = TypeVar("Item", bound=Listed)


@dataclass(frozen=True)
class Asked:
    """The paging part of a query string; `per_page` and `perPage` mean the same."""

    size: int
    page: int
    use_cursor: bool
    next: str | None
    previous: str | None


def _positive(written: str | None, default: int) -> int:
    return max(1, int(written)) if written and written.isdecimal() else default


def asked(query: Mapping[str, str]) -> Asked:
    following, preceding = query.get("next"), query.get("previous")
    return Asked(
        size=min(LARGEST_SIZE, _positive(query.get("perPage") or query.get("per_page"), DEFAULT_SIZE)),
        page=_positive(query.get("page"), 1),
        use_cursor=query.get("use_cursor", "").lower() == "true" or bool(following or preceding),
        next=following,
        previous=preceding,
    )


def moments(query: Mapping[str, str]) -> tuple[float | None, float | None]:
    """(from, to) of a query. Raises PaystackError for what is no ISO 8601 date or datetime."""
    return _moment(query, "from", clock.parse), _moment(query, "to", clock.parse_end)


def _moment(query: Mapping[str, str], name: str, read: Callable[[str], float]) -> float | None:
    written = query.get(name)
    if not written:
        return None
    try:
        return read(written)
    except ValueError as error:
        raise PaystackError(f"Invalid date passed for '{name}'") from error


def page(items: Sequence[Item], wanted: Asked) -> tuple[list[Item], dict[str, Any]]:
    """`items` newest first, by falling id. Returns the page and its meta."""
    return _by_cursor(items, wanted) if wanted.use_cursor else _by_number(items, wanted)


def _by_number(items: Sequence[Item], wanted: Asked) -> tuple[list[Item], dict[str, Any]]:
    skipped = (wanted.page - 1) * wanted.size
    meta = {
        "total": len(items),
        "total_volume": sum(item.amount for item in items),
        "skipped": skipped,
        "perPage": wanted.size,
        "page": wanted.page,
        "pageCount": -(-len(items) // wanted.size),
    }
    return list(items[skipped : skipped + wanted.size]), meta


def _by_cursor(items: Sequence[Item], wanted: Asked) -> tuple[list[Item], dict[str, Any]]:
    if wanted.next:
        rest = [item for item in items if item.id < _opened(wanted.next)]
        chosen = rest[: wanted.size]
    elif wanted.previous:
        rest = [item for item in items if item.id > _opened(wanted.previous)]
        chosen = rest[-wanted.size :]
    else:
        chosen = list(items[: wanted.size])
    has_more = bool(chosen) and items[-1].id < chosen[-1].id
    has_less = bool(chosen) and items[0].id > chosen[0].id
    meta = {
        "next": _sealed(chosen[-1].id) if has_more else None,
        "previous": _sealed(chosen[0].id) if has_less else None,
        "perPage": wanted.size,
    }
    return chosen, meta


def _sealed(item_id: int) -> str:
    return base64.urlsafe_b64encode(f"item:{item_id}".encode()).decode()


def _opened(cursor: str) -> int:
    try:
        return int(base64.urlsafe_b64decode(cursor).decode().removeprefix("item:"))
    except (binascii.Error, ValueError) as error:
        raise PaystackError("Invalid cursor passed") from error
