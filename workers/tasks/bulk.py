"""Jobs that may wait: mail, photos, comparisons, housekeeping."""

from uuid import UUID

from app import invariants
from app.core import audit, upkeep
from app.hotels.photos.jobs import CHECK_PHOTO, CLEAR_PHOTO
from app.hotels.photos.service import check, clear
from app.mail import sender
from app.mail.jobs import SEND_EMAIL
from app.payments.jobs import RECONCILE
from app.payments.service import reconcile
from workers.binding import runs


@runs(SEND_EMAIL)
def send_email(email_id: UUID) -> None:
    sender.send(email_id)


@runs(CHECK_PHOTO)
def check_photo(photo_id: UUID) -> None:
    check.check(photo_id)


@runs(CLEAR_PHOTO)
def clear_photo(photo_id: UUID) -> None:
    clear.clear(photo_id)


@runs(RECONCILE)
def compare_with_gateway() -> None:
    reconcile.reconcile()


@runs(upkeep.PURGE)
def forget_keys() -> None:
    upkeep.forget_keys()


@runs(audit.AUDIT)
def audit_all() -> None:
    audit.audit(invariants.ALL)
