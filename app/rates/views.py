"""Rate plans, their prices and restrictions over HTTP, for a hotel's own people."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, jsonify

from app.auth.blueprint import Blueprint
from app.auth.guard import principal
from app.auth.permissions import Verb
from app.core import etag
from app.rates.day_schemas import ChangedDaysView, DaysIn, DaysOfPlansIn, DaysQuery, DaysView
from app.rates.edits import Edit
from app.rates.rule_queries import find_plan_hotel
from app.rates.schemas import RatePlanChanges, RatePlanDraft, RatePlansView, RatePlanView
from app.rates.service import days, plans

PLAN, DAYS, CHANGED = RatePlanView(), DaysView(), ChangedDaysView()

blp = Blueprint(
    "rates", __name__, url_prefix="/hotels", description="What a hotel sells, for how much, on which terms."
)
plans_blp = Blueprint("rate_plans", __name__, url_prefix="/rate-plans", description="One rate plan, and its days.")


@blp.get("/<uuid:hotel_id>/rate-plans")
@blp.allowed(Verb.SEE_RATES)
@blp.response(200, RatePlansView)
def list_rate_plans(hotel_id: UUID) -> dict[str, Any]:
    """List a hotel's rate plans with all their rules but for single days."""
    return plans.show_all(hotel_id)


@blp.post("/<uuid:hotel_id>/rate-plans")
@blp.allowed(Verb.EDIT_RATES)
@blp.arguments(RatePlanDraft)
@blp.response(201, RatePlanView)
@blp.problems(409)
def create_rate_plan(told: dict[str, Any], hotel_id: UUID) -> Response:
    """Set up a rate plan, which is sold at once unless `is_open` is false.

    The price of a night is the first that is said: by the day itself, by its season for that weekday, by its season, by the plan for that
    weekday, by the plan. Restrictions: by the day, by its season, by the plan. 409 `seasons_overlap`; 422 `unknown_room_type`,
    `rules_disagree`.
    """
    seasons = told.pop("seasons", [])
    return _answer(plans.create(principal(), hotel_id, told, seasons), 201)


@plans_blp.get("/<uuid:rate_plan_id>")
@plans_blp.allowed_at(Verb.SEE_RATES, "rate_plan_id", find_plan_hotel)
@plans_blp.response(200, RatePlanView)
@plans_blp.alt_response(304, description="What `If-None-Match` names is as it was")  # type: ignore[untyped-decorator]
def show_rate_plan(rate_plan_id: UUID) -> Response:
    """See a rate plan, with the `ETag` that changing it asks for."""
    return _answer(plans.show(rate_plan_id))


@plans_blp.patch("/<uuid:rate_plan_id>")
@plans_blp.allowed_at(Verb.EDIT_RATES, "rate_plan_id", find_plan_hotel)
@plans_blp.conditional
@plans_blp.arguments(RatePlanChanges)
@plans_blp.response(200, RatePlanView)
@plans_blp.problems(409)
def change_rate_plan(told: dict[str, Any], rate_plan_id: UUID) -> Response:
    """Change a rate plan; what was booked under it keeps its price and terms.

    Send the `ETag` of what was read as `If-Match`. 409 `seasons_overlap`; 422 `rules_disagree`.
    """
    seasons = told.pop("seasons", None)
    return _answer(plans.change(principal(), rate_plan_id, told, seasons, etag.seen()))


@plans_blp.get("/<uuid:rate_plan_id>/days")
@plans_blp.allowed_at(Verb.SEE_RATES, "rate_plan_id", find_plan_hotel)
@plans_blp.arguments(DaysQuery, location="query")
@plans_blp.response(200, DaysView)
def show_days(query: dict[str, date], rate_plan_id: UUID) -> Response:
    """See what each day costs and allows, and who has said it."""
    return jsonify(DAYS.dump(days.show(rate_plan_id, query["first"], query["last"])))


@plans_blp.put("/<uuid:rate_plan_id>/days")
@plans_blp.allowed_at(Verb.EDIT_RATES, "rate_plan_id", find_plan_hotel)
@plans_blp.arguments(DaysIn)
@plans_blp.response(200, DaysView)
def set_days(edit: Edit, rate_plan_id: UUID) -> Response:
    """Set prices and restrictions of single days, or take them back.

    From the hotel's today on, up to 730 days ahead. 422 `invalid_days`, `price_not_positive`, `rules_disagree`.
    """
    return jsonify(DAYS.dump(days.edit_one(principal(), rate_plan_id, edit)))


@blp.put("/<uuid:hotel_id>/rates/days")
@blp.allowed(Verb.EDIT_RATES)
@blp.arguments(DaysOfPlansIn)
@blp.response(200, ChangedDaysView)
def set_days_of_plans(body: dict[str, Any], hotel_id: UUID) -> Response:
    """Set the same days of several rate plans at once, all or nothing.

    422 `unknown_rate_plans`, and what setting those of one plan may answer.
    """
    return jsonify(CHANGED.dump(days.edit_many(principal(), hotel_id, **body)))


def _answer(shown: dict[str, Any], status: int = 200) -> Response:
    return etag.tagged(PLAN.dump(shown), shown["version"], status)
