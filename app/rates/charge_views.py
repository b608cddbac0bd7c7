"""A hotel's taxes and fees over HTTP."""

from datetime import date
from typing import Any
from uuid import UUID

from app.auth.blueprint import Blueprint
from app.auth.guard import principal
from app.auth.permissions import Verb
from app.rates.charge_schemas import ChargeEnd, ChargeIn, ChargesView, ChargeView
from app.rates.service import charges

blp = Blueprint("charges", __name__, url_prefix="/hotels", description="Taxes and fees of a hotel's stays.")


@blp.get("/<uuid:hotel_id>/charges")
@blp.allowed(Verb.SEE_RATES)
@blp.response(200, ChargesView)
def list_charges(hotel_id: UUID) -> dict[str, Any]:
    """List the taxes and fees of a hotel's stays: the country's, its state's, its own."""
    return charges.of_hotel(hotel_id)


@blp.post("/<uuid:hotel_id>/charges")
@blp.allowed(Verb.EDIT_RATES)
@blp.arguments(ChargeIn)
@blp.response(201, ChargeView)
@blp.problems(409)
def add_charge(told: dict[str, Any], hotel_id: UUID) -> dict[str, Any]:
    """Charge a fee of the hotel's own.

    What is in force on the day of arrival holds for the whole stay; bookings stay as they are. 409 `charges_overlap`; 422 `invalid_days`.
    """
    return charges.add_to_hotel(principal(), hotel_id, told)


@blp.patch("/<uuid:hotel_id>/charges/<uuid:charge_id>")
@blp.allowed(Verb.EDIT_RATES)
@blp.arguments(ChargeEnd)
@blp.response(200, ChargeView)
@blp.problems(409)
def end_charge(body: dict[str, date | None], hotel_id: UUID, charge_id: UUID) -> dict[str, Any]:
    """Say until when a fee of the hotel's own is charged.

    409 `charges_overlap`; 422 `invalid_days`.
    """
    return charges.end(principal(), charge_id, body["last"], hotel_id)


@blp.delete("/<uuid:hotel_id>/charges/<uuid:charge_id>")
@blp.allowed(Verb.EDIT_RATES)
@blp.response(204)
def retire_charge(hotel_id: UUID, charge_id: UUID) -> None:
    """Charge a fee of the hotel's own no longer."""
    charges.retire(principal(), charge_id, hotel_id)
