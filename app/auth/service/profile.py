"""What a person says about himself."""

from typing import Any

from app.auth import queries
from app.auth.models import User
from app.auth.principal import Principal
from app.auth.service import opened
from app.core.clock import sql_now
from app.core.db import transaction


def update(person: Principal, changes: dict[str, Any]) -> Principal:
    """Changes `full_name`, `phone`, `marketing`, whichever is given. Raises SessionEnded."""
    with transaction() as session:
        user = queries.lock_user(session, person.user_id)
        user.full_name = changes.get("full_name") or user.full_name
        user.phone = changes.get("phone", user.phone)
        if "marketing" in changes:
            _consent(user, to_marketing=changes["marketing"])
        user.updated_at = sql_now()
        session.flush()
        return opened.living(session, person.session_id, person.user_id)


def _consent(user: User, *, to_marketing: bool) -> None:
    """What was consented to already keeps its date."""
    if not to_marketing:
        user.marketing_accepted_at = None
    elif user.marketing_accepted_at is None:
        user.marketing_accepted_at = sql_now()
