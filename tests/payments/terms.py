"""Terms that a hotel sells under, and what tests of giving up and changing bookings look at."""

import json
from collections.abc import Callable
from typing import Any

from app import invariants
from app.core import db
from app.core.invariants import look
from tests import factories
from tests.api import Api, new_key
from tests.payments.stage import Stage, run
from tests.payments.till import Till

Jobs = Callable[[], int]
HALF = [{"until_hours_before": None, "penalty": "percent", "value": 50}]
ALL = [{"until_hours_before": None, "penalty": "percent", "value": 100}]
FIRST_NIGHT = [{"until_hours_before": None, "penalty": "nights", "value": 1}]
PRICE = 5_000_000
TERMS = """
UPDATE rate_plans SET windows = CAST(:windows AS jsonb), grace_minutes = :grace, change_terms = :change WHERE hotel_id = :hotel_id
"""


def sell(
    hotel: factories.HotelForTests, windows: list[dict[str, Any]], *, grace: int = 0, change: str = "keep"
) -> factories.HotelForTests:
    """All plans of the hotel are under these terms from now on."""
    run(TERMS, windows=json.dumps(windows), grace=grace, change=change, hotel_id=hotel.id)
    return hotel


def confirm(stage: Stage, till: Till, run_jobs: Jobs) -> Stage:
    """It is paid; what goes back of it stays with the bank for a while."""
    reference = stage.started()
    till.switch(scope=reference, refund_path="stuck_pending")
    till.pay(reference)
    stage.check(reference)
    run_jobs()
    assert stage.booking["status"] == "confirmed"
    return stage


def at_hotel(api: Api, hotel: factories.HotelForTests, **more: Any) -> tuple[Api, dict[str, Any]]:
    """A guest and his booking that is paid at the desk."""
    guest = api.as_(factories.person())
    body = factories.booking_request(hotel, **more)
    body["rooms"][0]["rate_plan_id"] = str(next(iter(hotel.types.values())).pay_at_hotel)
    answer = guest.post("/bookings", body, key=new_key())
    assert answer.status_code == 201, answer.text
    return guest, answer.json


def what_the_audit_finds() -> list[str]:
    """Names of the invariants that do not hold."""
    found = []
    for invariant in invariants.ALL:
        with db.transaction() as session:
            if look(session, invariant).total:
                found.append(invariant.name)
    return found
