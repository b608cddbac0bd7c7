"""Searching: one statement when the answer is not cached, none when it is."""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from app.config import settings
from app.core import cache
from app.core.clock import local_today
from app.core.db import asking
from app.core.metrics import SEARCHES
from app.rates import pricing
from app.rates.errors import NotOnSale
from app.rates.pricing import Reason
from app.search import funnel, queries
from app.search.criteria import Criteria
from app.search.queries import Found

# Whose today is meant when no hotel is there to ask: nearly all of ours are in Nigeria.
HOME = "Africa/Lagos"


@dataclass(frozen=True, slots=True)
class Answer:
    """`body`: JSON text `{search_id, items, page, has_more}`; `age` in seconds, 0 = computed just now."""

    search_id: UUID
    body: str
    age: int


def search(criteria: Criteria, user_id: UUID | None) -> Answer:
    """One page of hotels. Raises NotOnSale when there are none and the stay is outside the days sold."""
    cached = cache.through("search", criteria.question, settings().search_cache_seconds, lambda: _compute(criteria))
    SEARCHES.labels(str(cached.age > 0).lower()).inc()
    count, _, body = cached.body.partition(" ")
    search_id = funnel.remember(criteria, int(count), user_id)
    return Answer(search_id, f'{{"search_id":"{search_id}",{body.removeprefix("{")}', cached.age)


def _compute(criteria: Criteria) -> str:
    """`<count> <JSON>`: what is kept in the cache."""
    with asking() as connection:
        found = queries.find_hotels(connection, criteria)
    if found.count == 0:
        _refuse_outside_sale_period(criteria, found)
    return f"{found.count} {found.body}"


def _refuse_outside_sale_period(criteria: Criteria, found: Found) -> None:
    """Each hotel's own today has been asked already; this only tells "no dates" from "no hotels"."""
    today, days = local_today(found.now, HOME), settings().sale_days
    if not pricing.is_on_sale(today, days, criteria.check_in, criteria.check_out):
        detail = f"Nights are sold from {today} until {today + timedelta(days=days)}"
        raise NotOnSale(detail, reasons=[{"reason": Reason.OUTSIDE_SALE_PERIOD}])
