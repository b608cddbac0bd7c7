"""What a payment may be refused for, and what the gateway may refuse."""

from app.core.errors import Conflict, Invalid, NotFound, Unavailable


class PaymentNotFound(NotFound):
    title = "There is no such payment"


class RefundNotFound(NotFound):
    title = "There is no such refund"


class NotPayable(Conflict):
    code, title = "not_payable", "This booking does not wait for a payment"


class InReview(Conflict):
    code, title = "payment_in_review", "Money came for this booking that was not as asked; our people look at it"


class HotelNotSelling(Conflict):
    code, title = "hotel_not_selling", "This hotel takes no bookings at present; nothing has been charged"


class RefundInFlight(Conflict):
    code, title = "refund_in_flight", "A refund of this payment is under way"


class SignatureWrong(Invalid):
    """Stores nothing, so that a mistake with the key is repaired by the gateway's own retries."""

    status, code, title = 401, "signature_wrong", "The signature does not fit these bytes"


class Refused(Invalid):
    """The gateway says no, and would say no again."""

    code, title = "payment_refused", "The payment service refused this"


class DuplicateReference(Refused):
    """The reference is known there already; its link cannot be had again."""


class TransactionUnknown(Refused):
    """The gateway has no transaction or refund by this name."""


class AlreadyReversed(Refused):
    """All of the transaction's money has gone back, or is on its way."""


class InsufficientBalance(Refused):
    """Our balance at the gateway does not cover the refund: definitely not made, to be tried again when it does."""


class KeyRefused(Unavailable):
    """The gateway does not accept our key: nothing was done, and a person must look at the configuration."""

    code, title = "vendor_misconfigured", "The payment service cannot be reached right now"
