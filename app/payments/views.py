"""Money over HTTP."""

from typing import Any
from uuid import UUID

from flask import Response, request

from app.bookings.blueprint import Blueprint
from app.bookings.guard import asker
from app.core.api import Problem
from app.core.blueprint import answer, sent_key
from app.core.problem import MEDIA_TYPE
from app.payments import present, return_page
from app.payments.errors import PaymentNotFound
from app.payments.models import PaymentState
from app.payments.schemas import AskedOut, PaymentOut, ReceivedOut, RefundsOut, ReturnArgs, ReturnOut, StartIn
from app.payments.service import look, start, verify, webhook

blp = Blueprint("payments", __name__, url_prefix="/payments", description="Look at payments and have them checked")
booking_payments_blp = Blueprint("booking_payments", __name__, url_prefix="/bookings", description="Pay for a booking")
webhooks_blp = Blueprint("webhooks", __name__, url_prefix="/webhooks", description="What the payment service tells us")

PAGE = {"text/html": {"schema": {"type": "string"}}}


@booking_payments_blp.route("/<uuid:booking_id>/payments", methods=["POST"])
@booking_payments_blp.login_or_booking_token
@booking_payments_blp.idempotent
@booking_payments_blp.arguments(StartIn)
@booking_payments_blp.response(201, PaymentOut)
@booking_payments_blp.alt_response(200, schema=PaymentOut, description="An attempt was open already")  # type: ignore[untyped-decorator]
@booking_payments_blp.alt_response(202, schema=PaymentOut, description="Queued: `payment_ready` follows")  # type: ignore[untyped-decorator]
@booking_payments_blp.problems(400, 404, 409, 410, 415, 422, 503)
def start_payment(_body: dict[str, Any], booking_id: UUID) -> Response:
    """Start to pay for my booking

    Returns the open attempt as it is, else a fresh one, and leaves at least ten minutes to pay, once. 202 with status `queued` when the
    payment service does not answer in time: the link follows. 410 `hold_expired` when the time to pay has ended; 409
    `hotel_not_selling` when the hotel was suspended meanwhile.
    """
    key = sent_key(asker().scope, f"payments.start:{booking_id}")
    started = start.start(asker(), booking_id, key)
    status = 202 if started.shown["status"] == PaymentState.QUEUED else 201 if started.made else 200
    return answer(present.payment(started.shown), status, replayed=started.replayed)


@blp.route("/return", methods=["GET"])
@blp.arguments(ReturnArgs, location="query")
@blp.problems(404, 422)
@blp.doc(  # type: ignore[untyped-decorator]
    responses={
        "200": {"description": "OK", "content": {"application/json": {"schema": ReturnOut}, **PAGE}},
        "404": {"description": "Not Found", "content": {MEDIA_TYPE: {"schema": Problem}, **PAGE}},
    }
)
def return_from_checkout(args: dict[str, Any]) -> Response:
    """Where the checkout sends the browser

    Proves nothing: it has the payment checked and shows what we know, as a page or as JSON.
    """
    reference = args["reference"] or args["trxref"] or ""
    verify.wish(reference)
    wants_json = request.accept_mimetypes.best_match(["text/html", "application/json"]) == "application/json"
    try:
        row = look.after_checkout(reference)
    except PaymentNotFound:
        if wants_json:
            raise
        return return_page.of_nothing()
    if not wants_json:
        return return_page.of_payment(row)
    told = {name: row[name] for name in ("reference", "booking_reference")}
    return answer(told | {"state": present.state_after_return(row)}, 200)


@blp.route("/<reference>", methods=["GET"])
@blp.login_or_booking_token
@blp.response(200, PaymentOut)
@blp.problems(404)
def get_payment(reference: str) -> Response:
    """One attempt to pay"""
    return answer(look.one(asker(), reference), 200)


@blp.route("/<reference>/verify", methods=["POST"])
@blp.login_or_booking_token
@blp.response(202, AskedOut)
@blp.problems(404)
def ask_for_check(reference: str) -> Response:
    """Have my payment checked now; at most once in three seconds"""
    payment = look.one(asker(), reference)
    verify.wish(reference)
    return answer({"reference": reference, "status": payment["status"]}, 202)


@blp.route("/<reference>/refunds", methods=["GET"])
@blp.login_or_booking_token
@blp.response(200, RefundsOut)
@blp.problems(404)
def list_refunds(reference: str) -> Response:
    """Money of this payment that goes back, oldest first"""
    return answer(look.refunds(asker(), reference), 200)


@webhooks_blp.route("/paystack", methods=["POST"])
@webhooks_blp.response(200, ReceivedOut)
@webhooks_blp.problems(401, 413, 503)
def receive_from_paystack() -> Response:
    """Paystack's webhook

    Signed with HMAC-SHA512 over the raw body. Whatever is signed is kept and answered 200, be it known, odd or a duplicate.
    """
    webhook.receive(request.get_data(), request.headers.get("x-paystack-signature"))
    return answer({"ok": True}, 200)
