"""The taxes of the country and of its states, over HTTP."""

from datetime import date
from typing import Any
from uuid import UUID

from app.auth.blueprint import Blueprint
from app.auth.guard import principal
from app.auth.permissions import Verb
from app.rates.charge_schemas import ChargeEnd, ChargesQuery, ChargesView, ChargeView, StateChargeIn
from app.rates.service import charges

blp = Blueprint(
    "admin_charges", __name__, url_prefix="/admin/charges", description="Taxes of the country and its states."
)


@blp.get("")
@blp.allowed(Verb.SET_CHARGES)
@blp.arguments(ChargesQuery, location="query")
@blp.response(200, ChargesView)
def list_state_charges(query: dict[str, Any]) -> dict[str, Any]:
    """List the taxes of the country and its states.

    422 `unknown_state`.
    """
    return charges.of_platform(query.get("state"))


@blp.post("")
@blp.allowed(Verb.SET_CHARGES)
@blp.arguments(StateChargeIn)
@blp.response(201, ChargeView)
@blp.problems(409)
def add_state_charge(told: dict[str, Any]) -> dict[str, Any]:
    """Charge a tax in a state, or in the whole country.

    What is in force on the day of arrival holds for the whole stay; bookings stay as they are. 409 `charges_overlap`; 422 `invalid_days`,
    `unknown_state`.
    """
    return charges.add_to_platform(principal(), told)


@blp.patch("/<uuid:state_charge_id>")
@blp.allowed(Verb.SET_CHARGES)
@blp.arguments(ChargeEnd)
@blp.response(200, ChargeView)
@blp.problems(404, 409)
def end_state_charge(body: dict[str, date | None], state_charge_id: UUID) -> dict[str, Any]:
    """Say until when a tax is charged.

    409 `charges_overlap`; 422 `invalid_days`.
    """
    return charges.end(principal(), state_charge_id, body["last"])


@blp.delete("/<uuid:state_charge_id>")
@blp.allowed(Verb.SET_CHARGES)
@blp.response(204)
@blp.problems(404)
def retire_state_charge(state_charge_id: UUID) -> None:
    """Charge a tax no longer."""
    charges.retire(principal(), state_charge_id)
