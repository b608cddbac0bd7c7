"""What dashboards hear of rates."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from app.core.announce import HotelEvent


def rates_changed(hotel_id: UUID, plan_ids: Sequence[UUID], first: date, last: date) -> HotelEvent:
    """Prices, restrictions or terms of the plans are others than they were, for stays on the days from the first to the last one."""
    payload = {
        "rate_plan_ids": [str(plan_id) for plan_id in plan_ids],
        "from": first.isoformat(),
        "to": last.isoformat(),
    }
    return HotelEvent(hotel_id, "rates_changed", payload)
