"""Payments as the platform's people ask for and see them."""

import marshmallow as ma

from app.admin.money_queries import WantedPayments
from app.admin.schemas import AttemptView, FilterQuery, GoingBackView, NoteIn, PageView
from app.admin.service.payments import Word
from app.core.schema import Instant, Kobo, Text
from app.payments.models import PaymentState


class PaymentsQuery(FilterQuery):
    WANTED = WantedPayments

    reference = Text(100)
    status = ma.fields.Enum(PaymentState, by_value=True)
    booking_id = ma.fields.UUID()


class FoundPaymentView(ma.Schema):
    id = ma.fields.UUID()
    reference = ma.fields.String()
    booking_id = ma.fields.UUID()
    booking_reference = ma.fields.String()
    hotel_id = ma.fields.UUID()
    status = ma.fields.String()
    kept = ma.fields.Boolean(allow_none=True)
    amount = Kobo()
    refunded_amount = Kobo()
    currency = ma.fields.String()
    channel = ma.fields.String(allow_none=True)
    paid_at = Instant(allow_none=True)
    created_at = Instant()


class FoundPaymentsView(PageView):
    items = ma.fields.List(ma.fields.Nested(FoundPaymentView))


class GatewayEventView(ma.Schema):
    """A webhook, without what was in it. `error`: why nothing followed from it."""

    id = ma.fields.UUID()
    event = ma.fields.String()
    received_at = Instant()
    handled_at = Instant(allow_none=True)
    error = ma.fields.String(allow_none=True)


class WholePaymentView(ma.Schema):
    payment = ma.fields.Nested(AttemptView)
    events = ma.fields.List(ma.fields.Nested(GatewayEventView))
    refunds = ma.fields.List(ma.fields.Nested(GoingBackView))


class DecisionIn(NoteIn):
    decision = ma.fields.Enum(Word, by_value=True, required=True)
