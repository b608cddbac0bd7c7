"""What is always true of erased people."""

from app.auth.service.erase import NAME
from app.core.invariants import Invariant

INVARIANTS = (
    Invariant(
        "erased_person_is_still_named",
        "A booking of a person who was erased a quarter of an hour ago names its guest: it was made while he was erased, and the job"
        " for that is dead (`flask jobs dead` tells why) or was discarded. Retry the job, or blank the guest's columns by hand.",
        f"""
        SELECT b.id, b.reference, b.status, b.created_at, u.erased_at FROM bookings b JOIN users u ON u.id = b.user_id
        WHERE u.erased_at < statement_timestamp() - interval '15 minutes' AND b.guest_name <> '{NAME}'
        """,  # noqa: S608 - a constant of ours
    ),
)
