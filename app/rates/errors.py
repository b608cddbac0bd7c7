"""Why something is not sold, as clients see it."""

from app.core.errors import Invalid


class StayInvalid(Invalid):
    """The dates are no stay: in the wrong order or too many nights."""

    code, title = "invalid_stay", "These dates are no stay we sell"


class NotOnSale(Invalid):
    """`reasons`: `[{reason, date?, rate_plan_id?}]`, the words of `pricing.Reason`."""

    code, title = "not_on_sale", "This is not on sale for these dates"


class DoesNotFit(Invalid):
    """More people than the room type takes; `room_type_id` says which."""

    code, title = "occupancy_exceeded", "So many people do not fit into this room"


class UnknownRate(Invalid):
    """No such rate plan for that room type in that hotel."""

    code, title = "unknown_rate", "This hotel does not sell that room type under that rate plan"


class MixedPaymentTiming(Invalid):
    """All rooms of a booking are paid at the same time."""

    code, title = "mixed_payment_timing", "Rooms paid now and rooms paid at the hotel cannot be in one booking"


class AmountOutOfRange(Invalid):
    """`total_amount`, `smallest` and `largest` in kobo."""

    code, title = "amount_out_of_range", "One online payment cannot carry this amount"
