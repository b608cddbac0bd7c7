"""The end of a rate plan over HTTP; all else about it is said in `app/rates/views.py`."""

from uuid import UUID

from app.auth.blueprint import Blueprint
from app.auth.guard import principal
from app.auth.permissions import Verb
from app.inventory.service import retire_plan
from app.rates.rule_queries import find_plan_hotel

blp = Blueprint("rate_plan_ends", __name__, url_prefix="/rate-plans", description="Retiring what is no longer sold.")


@blp.delete("/<uuid:rate_plan_id>")
@blp.allowed_at(Verb.EDIT_RATES, "rate_plan_id", find_plan_hotel)
@blp.response(204)
@blp.problems(409)
def retire_rate_plan(rate_plan_id: UUID) -> None:
    """Retire a rate plan under which nothing is sold any more.

    409 `rate_plan_sold` with the `count` of rooms and `until` when; close it for sale (`is_open`) until then.
    """
    retire_plan.retire(principal(), rate_plan_id)
