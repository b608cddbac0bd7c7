"""Retiring a rate plan: here, because only here it is known what is booked under it."""

from uuid import UUID

from app.auth import permissions
from app.auth.permissions import Verb
from app.auth.principal import Principal
from app.core.announce import announce
from app.core.audit_trail import Subject, note
from app.core.clock import sql_now
from app.core.db import transaction
from app.core.sql import by_hand, run
from app.hotels import queries as hotels
from app.rates import events, rule_queries, spans
from app.rates.errors import RatePlanSold
from app.rates.rules import ONE_DAY

SOLD = by_hand("""
SELECT count(*) AS rooms, max(b.check_out) AS until
FROM booking_rooms r JOIN bookings b ON b.id = r.booking_id JOIN hotels h ON h.id = b.hotel_id
WHERE r.rate_plan_id = :plan_id AND (
  b.status IN ('confirmed', 'checked_in') AND b.check_out > (clock_timestamp() AT TIME ZONE h.time_zone)::date
  OR b.status = 'pending_payment' AND b.release_at > clock_timestamp())
""")


def retire(person: Principal, plan_id: UUID) -> None:
    """Takes the plan out of the hotel's list for good; what was ever booked under it keeps its terms.

    Raises RatePlanNotFound, NotFound, Forbidden, RatePlanSold.
    """
    with transaction() as session:
        plan = rule_queries.lock_for_retirement(session, plan_id)
        actor = permissions.actor(person, Verb.EDIT_RATES, plan.hotel_id)
        rooms, until = run(session, SOLD, {"plan_id": plan_id}).one()
        if rooms:
            raise RatePlanSold(count=rooms, until=until)
        plan.retired_at = sql_now()
        session.flush()
        today = hotels.get_today(session, plan.hotel_id)
        announce(session, events.rates_changed(plan.hotel_id, [plan_id], today, spans.horizon(today) - ONE_DAY))
        subject = Subject("rate_plan", plan_id, plan.hotel_id)
        note(session, actor, Verb.EDIT_RATES, subject, before={"name": plan.name}, after={"retired": True})
