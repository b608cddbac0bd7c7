"""Why something is not sold, as clients see it."""

from app.core import db_errors
from app.core.errors import Conflict, Invalid, NotFound


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


class RatePlanNotFound(NotFound):
    """Also for plans of hotels that the person who asks does not work at."""

    title = "There is no such rate plan"


class UnknownRatePlans(Invalid):
    """`rate_plan_ids`: those that are no living plans of the hotel."""

    code, title = "unknown_rate_plans", "Some of these are no rate plans of this hotel"


class SeasonsOverlap(Conflict):
    code, title = "seasons_overlap", "Two seasons of one rate plan share a day"


class RatePlanSold(Conflict):
    """`count`: rooms of living holds and of stays that are not over; `until`: the last day on which one of their guests leaves."""

    code, title = "rate_plan_sold", "Rooms are sold under this rate plan; close it for sale instead"


class DaysInvalid(Invalid):
    """`first` and `last`: between which days rules may be set."""

    code, title = "invalid_days", "Days are set from the hotel's today on"


class PriceNotPositive(Invalid):
    """`rate_plan_id`, `date`: where a change would leave no price."""

    code, title = "price_not_positive", "This change would leave a night without a price"


class RulesDisagree(Invalid):
    code, title = "rules_disagree", "What is at least is more than what is at most"


class ChargeNotFound(NotFound):
    title = "There is no such tax or fee"


class ChargesOverlap(Conflict):
    code, title = "charges_overlap", "A tax or fee of this name is in force on some of these days"


class ChargeEndsEarly(Invalid):
    code, title = "invalid_days", "A tax or fee ends on the day on which it begins, or later"


db_errors.constraint_means("ex_rate_seasons_rate_plan_id_days", SeasonsOverlap)
for _name in ("rate_plans_stay_nights", "rate_plans_booked_ahead", "rate_seasons_max_nights", "rate_days_max_nights"):
    db_errors.constraint_means(f"ck_{_name}", RulesDisagree)
db_errors.constraint_means("ex_charges_place_name_valid", ChargesOverlap)
