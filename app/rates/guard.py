"""Who may do something with the rate plan that a path names."""

from flask import request

from app.auth import permissions
from app.auth.guard import principal
from app.auth.permissions import Verb
from app.core.db import reading
from app.rates import rule_queries
from app.rates.errors import RatePlanNotFound


def allow_at_plan(verb: Verb) -> None:
    """Lets in who may do it at the plan's hotel. Raises the 401s of `auth.errors`, RatePlanNotFound, NotFound, Forbidden."""
    person = principal()
    with reading() as session:
        hotel_id = rule_queries.find_plan_hotel(session, (request.view_args or {})["rate_plan_id"])
    if hotel_id is None:
        raise RatePlanNotFound
    permissions.require(person, verb, hotel_id)
