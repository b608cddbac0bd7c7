"""How often mails go to people who have not asked for them, and pictures are decoded: pure. `core.throttle` keeps count."""

from uuid import UUID

from app.config import settings
from app.core.throttle import Bucket

DAY = 86400
INVITATIONS_PER_ADDRESS = 5  # from one hotel in a day: whoever lost the link is sent another


def of_invitation(person_id: UUID, hotel_id: UUID, email: str) -> tuple[Bucket, ...]:
    """Of who invites, at whichever hotels, and of the address: a second invitation replaces the first, but is one more mail."""
    return (
        Bucket("invitations", str(person_id), settings().invitations_per_day, DAY),
        Bucket("invited", f"{hotel_id} {email}", INVITATIONS_PER_ADDRESS, DAY),
    )


def of_upload(hotel_id: UUID) -> Bucket:
    """A photo that is removed makes place for the next; each costs the bulk worker seconds, and mails wait behind it."""
    return Bucket("photo_uploads", str(hotel_id), settings().photo_uploads_per_day, DAY)
