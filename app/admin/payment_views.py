"""Any payment, looked up by the platform's people over HTTP, and their word on money that waits for it."""

from typing import Any
from uuid import UUID

from flask import Response

from app.admin.payment_schemas import DecisionIn, FoundPaymentsView, PaymentsQuery, WholePaymentView
from app.admin.schemas import GoingBackView, NoteIn
from app.admin.service import payments
from app.auth.blueprint import Blueprint
from app.auth.guard import principal
from app.auth.permissions import Verb
from app.core.blueprint import answer, sent_key

PAYMENT, REFUND = WholePaymentView(), GoingBackView()

blp = Blueprint(
    "admin_payments", __name__, url_prefix="/admin/payments", description="Any payment, for the platform's people."
)
refunds_blp = Blueprint(
    "admin_refunds", __name__, url_prefix="/admin/refunds", description="Any refund, for the platform's people."
)


@blp.get("")
@blp.allowed(Verb.SEE_PAYMENTS)
@blp.arguments(PaymentsQuery, location="query")
@blp.response(200, FoundPaymentsView)
def find_payments(query: dict[str, Any]) -> dict[str, Any]:
    """Find attempts to pay, newest first."""
    return payments.find(**query)


@blp.get("/<reference>")
@blp.allowed(Verb.SEE_PAYMENTS)
@blp.response(200, PAYMENT)
@blp.problems(404)
def show_payment(reference: str) -> dict[str, Any]:
    """Look at one attempt to pay: the gateway's word, its webhooks, and what goes back."""
    return payments.show(reference)


@blp.post("/<reference>/resolve")
@blp.allowed(Verb.DECIDE_PAYMENTS)
@blp.idempotent
@blp.arguments(DecisionIn)
@blp.response(200, PAYMENT)
@blp.problems(400, 404, 409, 503)
def resolve_payment(body: dict[str, Any], reference: str) -> Response:
    """Decide about money in review.

    `accept`: it counts as asked. `refund`: all that the gateway took goes back. 409 `illegal_transition` for a payment that is not in
    review, `refund_in_flight` for one of which that was decided.
    """
    who = principal()
    key = sent_key(who.user_id, f"admin.resolve:{reference}")
    replayed = payments.decide(who, reference, body["decision"], body["reason"], key)
    return answer(PAYMENT.dump(payments.show(reference)), 200, replayed=replayed)


@refunds_blp.post("/<uuid:refund_id>/again")
@refunds_blp.allowed(Verb.DECIDE_PAYMENTS)
@refunds_blp.idempotent
@refunds_blp.arguments(NoteIn)
@refunds_blp.response(202, REFUND)
@refunds_blp.problems(400, 404, 409)
def send_refund_again(body: dict[str, Any], refund_id: UUID) -> Response:
    """Send a refund that failed at the gateway anew.

    409 `illegal_transition` for one that did not fail.
    """
    who = principal()
    key = sent_key(who.user_id, f"admin.refund_again:{refund_id}")
    refund, replayed = payments.refund_again(who, refund_id, body["reason"], key)
    return answer(REFUND.dump(refund), 202, replayed=replayed)
