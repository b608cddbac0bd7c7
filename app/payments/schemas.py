"""Money over HTTP."""

import marshmallow as ma

from app.core.schema import Instant, Kobo, Schema, Text


class StartIn(Schema):
    """Nothing: what is to be paid is the server's knowledge."""


class PaymentOut(Schema):
    """`authorization_url` and `access_code` are there while the attempt can be paid: send the guest to the one, or give the other to
    Paystack's popup. `expires_at`: until when the rooms,
    or the new nights of a change, are held.
    """

    booking_id = ma.fields.UUID()
    part = ma.fields.Integer(metadata={"description": "1: the booking itself; 2 and on: the difference of a change"})
    reference = ma.fields.String()
    status = ma.fields.String(
        metadata={"description": "queued · initialized · success · failed · abandoned · review · reversed"}
    )
    booking_status = ma.fields.String()
    payment_status = ma.fields.String()
    authorization_url = ma.fields.String(allow_none=True)
    access_code = ma.fields.String(allow_none=True)
    amount = Kobo(metadata={"description": "kobo"})
    refunded_amount = Kobo(metadata={"description": "kobo"})
    currency = ma.fields.String()
    expires_at = Instant(allow_none=True)
    paid_at = Instant(allow_none=True)


class AskedOut(Schema):
    """The check is promised; its outcome is seen in the payment and told by socket."""

    reference = ma.fields.String()
    status = ma.fields.String()


class RefundOut(Schema):
    id = ma.fields.UUID()
    amount = Kobo(metadata={"description": "kobo"})
    currency = ma.fields.String()
    reason = ma.fields.String()
    status = ma.fields.String(
        metadata={"description": "due · requested · pending · processing · processed · failed · needs_attention"}
    )
    created_at = Instant()
    processed_at = Instant(allow_none=True)


class RefundsOut(Schema):
    items = ma.fields.List(ma.fields.Nested(RefundOut))


class ReturnArgs(Schema):
    """What the checkout puts into the browser's address; both name the reference, and neither proves anything."""

    class Meta:
        unknown = ma.EXCLUDE

    reference = Text(100, load_default=None)
    trxref = Text(100, load_default=None)


class ReturnOut(Schema):
    """`state`: processing · confirmed · refunding · refunded · failed · expired · cancelled."""

    reference = ma.fields.String()
    booking_reference = ma.fields.String()
    state = ma.fields.String()


class ReceivedOut(ma.Schema):
    ok = ma.fields.Boolean()
