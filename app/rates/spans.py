"""Writing rate spans: a plan without rules is one run of days at its base price."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Integer, Uuid, bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

_BASE = text("""
    INSERT INTO rate_spans (rate_plan_id, days, price)
    SELECT plan.id, daterange(today.day, today.day + :days), plan.price
    FROM rate_plans plan
    JOIN hotels hotel ON hotel.id = plan.hotel_id
    CROSS JOIN LATERAL (SELECT (clock_timestamp() AT TIME ZONE hotel.time_zone)::date AS day) today
    WHERE plan.id = ANY(:rate_plan_ids)
    ON CONFLICT DO NOTHING
""").bindparams(bindparam("rate_plan_ids", type_=ARRAY(Uuid)), bindparam("days", type_=Integer))


def write_base_spans(session: Session, rate_plan_ids: Sequence[UUID], days: int) -> None:
    """Sells the plans at their base price for `days` days from each hotel's today; spans that are there stay."""
    session.execute(_BASE, {"rate_plan_ids": list(rate_plan_ids), "days": days})
