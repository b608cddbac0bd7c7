"""What rate spans and rules are, and asking for them."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID

from app.core.db import transaction
from app.rates import spans
from tests.api import Api
from tests.auth import rows
from tests.factories import in_days
from tests.hotels.people import rows as found


def etag(answer: Any) -> dict[str, str]:
    return {"If-Match": answer.headers["ETag"]}


def change(api: Api, plan_id: UUID | str, **told: Any) -> Any:
    """Changes the plan, whatever was read of it before."""
    return api.patch(f"/rate-plans/{plan_id}", told, **{"If-Match": "*"})


def set_days(api: Api, plan_id: UUID | str, first: int, last: int, **told: Any) -> Any:
    """Edits the plan's days, counted from today."""
    return api.put(f"/rate-plans/{plan_id}/days", {"from": str(in_days(first)), "to": str(in_days(last))} | told)


def runs(api: Api, plan_id: UUID | str, first: int, last: int) -> list[dict[str, Any]]:
    answer = api.get(f"/rate-plans/{plan_id}/days", **{"from": in_days(first), "to": in_days(last)})
    assert answer.status_code == 200, answer.text
    told: list[dict[str, Any]] = answer.json["items"]
    return told


def spans_of(plan_id: UUID | str) -> list[tuple[date, date, int]]:
    """(first, end, price) of what is written, in order."""
    sql = (
        "SELECT lower(days) AS first, upper(days) AS end, price FROM rate_spans WHERE rate_plan_id = :id ORDER BY days"
    )
    return [(row["first"], row["end"], row["price"]) for row in found(sql, id=plan_id)]


def prices(plan_id: UUID | str, first: int, last: int) -> list[int | None]:
    """What is written of each day, counted from today; None: nothing."""
    written = spans_of(plan_id)
    days = [in_days(number) for number in range(first, last + 1)]
    return [next((price for begins, ends, price in written if begins <= day < ends), None) for day in days]


def write_spans(*plan_ids: UUID) -> None:
    """As the product writes them."""
    with transaction() as session:
        spans.rewrite(session, plan_ids)


def cut_spans(days: int) -> None:
    """Lets all spans end so many days from today."""
    rows.change("DELETE FROM rate_spans WHERE lower(days) >= :end", end=in_days(days))
    rows.change("UPDATE rate_spans SET days = daterange(lower(days), :end)", end=in_days(days))


def next_weekday(weekday: int, after: int = 10) -> int:
    """In how many days, at least `after`, it is that weekday (Monday is 0)."""
    ahead = (weekday - (in_days(after)).weekday()) % 7
    assert (in_days(after) + timedelta(days=ahead)).weekday() == weekday
    return after + ahead
