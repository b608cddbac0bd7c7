"""Which class each route is of, how much each class allows, and to whom it is counted.

A person who is logged in is counted by himself, wherever he is; a stranger by his address, which in Nigeria stands for many people.
"""

from enum import StrEnum
from functools import cache, lru_cache

from flask import Flask, Response, g, request

from app.auth.guard import claimed_user_id
from app.config import settings
from app.core import address, rate_limit
from app.core.api import PREFIX
from app.core.errors import TooMany
from app.core.rate_limit import Limit, Verdict


class RateClass(StrEnum):
    """What requests cost, and what too many of them could do. The limits are the settings `RATE_LIMIT_…`."""

    SEARCH = "search"  # asks about every hotel of a circle
    READ = "read"
    WRITE = "write"
    AUTH = "auth"  # where secrets are tried: by address alone, for who tries them has no account, or very many
    ADMIN = "admin"
    NONE = "none"  # machines of ours, the gateway, and what is the same for everybody


BY_METHOD = None  # GET and HEAD are READ, all else is WRITE

# What the routes of a blueprint are.
BLUEPRINTS: dict[str, RateClass | None] = {
    "auth": RateClass.AUTH,
    "users": BY_METHOD,
    "search": RateClass.SEARCH,
    "erasure": BY_METHOD,
    "hotels": BY_METHOD,
    "amenities": BY_METHOD,
    "photos": BY_METHOD,
    "members": BY_METHOD,
    "invitations": BY_METHOD,
    "rates": BY_METHOD,
    "rate_plans": BY_METHOD,
    "rate_plan_ends": BY_METHOD,
    "charges": BY_METHOD,
    "room_types": BY_METHOD,
    "rooms": BY_METHOD,
    "blocks": BY_METHOD,
    "board": BY_METHOD,
    "hotel_audit": BY_METHOD,
    "events": BY_METHOD,
    "bookings": BY_METHOD,
    "hotel_bookings": BY_METHOD,
    "booking_payments": BY_METHOD,
    "payments": BY_METHOD,
    "webhooks": RateClass.NONE,
    "health": RateClass.NONE,
    "api-docs": RateClass.NONE,
    "swagger_ui": RateClass.NONE,
}
# Whole branches of the tree, whatever their blueprint.
BRANCHES = {f"{PREFIX}/admin/": RateClass.ADMIN}
# Routes that are not what their blueprint is.
ROUTES: dict[str, RateClass] = {
    "auth.refresh_session": RateClass.WRITE,  # every phone does it four times an hour, and a token cannot be guessed
    "auth.log_out": RateClass.WRITE,
    "auth.log_out_everywhere": RateClass.WRITE,
    "bookings.look_up_booking": RateClass.AUTH,
    "bookings.mail_booking_link": RateClass.AUTH,
    "search.show_hotel": RateClass.READ,
}
READING = frozenset({"GET", "HEAD"})


def register(app: Flask) -> None:
    """Counts each request before it is looked into, and tells what is left."""
    app.before_request(_count)
    app.after_request(_tell)


@cache
def class_of(endpoint: str, rule: str, method: str) -> RateClass:
    """The class of a route. One that is in no table above is taken by its method, and fails a test."""
    listed = ROUTES.get(endpoint) or _of_branch(rule) or BLUEPRINTS.get(endpoint.rpartition(".")[0], BY_METHOD)
    return listed or (RateClass.READ if method in READING else RateClass.WRITE)


def _of_branch(rule: str) -> RateClass | None:
    return next((rate_class for branch, rate_class in BRANCHES.items() if rule.startswith(branch)), None)


def _count() -> None:
    """Raises TooMany. What leads nowhere is counted too: who looks for doors knocks often."""
    if request.method == "OPTIONS":
        return
    rule = request.url_rule
    rate_class = class_of(rule.endpoint, rule.rule, request.method) if rule else RateClass.READ
    if rate_class is RateClass.NONE:
        return
    whose, limit = _whose(rate_class)
    verdict = rate_limit.count(f"{rate_class.value}:{whose}", limit, settings().web_processes)
    g.rate = rate_class, verdict
    if not verdict.is_in:
        raise TooMany("Too many requests; wait a moment", retry_after=verdict.seconds)


def _whose(rate_class: RateClass) -> tuple[str, Limit]:
    """Who is counted, and how much he may."""
    limit = rate_limit.limit_of(getattr(settings(), f"rate_limit_{rate_class.value}"))
    if rate_class is RateClass.AUTH:
        return network_of(request.remote_addr), limit
    user_id = claimed_user_id()
    if user_id is not None:
        return str(user_id), limit
    return network_of(request.remote_addr), limit.times(settings().rate_limit_people_per_address)


@lru_cache(maxsize=10_000)
def network_of(told: str | None) -> str:
    """What one customer has of the Internet, as `core.address` tells it; whoever comes from nowhere is counted with his like."""
    return address.of_client(told) or "unknown"


def _tell(response: Response) -> Response:
    """`RateLimit` and `RateLimit-Policy` as draft-ietf-httpapi-ratelimit-headers-10 has them."""
    told: tuple[RateClass, Verdict] | None = g.get("rate")
    if told is not None:
        name, verdict = told
        response.headers["RateLimit-Policy"] = f'"{name}";q={verdict.limit.most};w={verdict.limit.seconds}'
        response.headers["RateLimit"] = f'"{name}";r={verdict.remaining};t={verdict.seconds}'
    return response
