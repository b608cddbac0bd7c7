"""Jobs that may wait: mail, photos, comparisons, housekeeping."""

from uuid import UUID

from app import invariants
from app.auth import upkeep as auth_upkeep
from app.auth.jobs import EMAIL_VERIFIED, FORGET_LINKS, PASSWORD_FORGOTTEN
from app.auth.service import change_password
from app.bookings.jobs import FORGET_TRACES
from app.bookings.service import claim, forget
from app.core import audit, upkeep
from app.erasure import service as erasure
from app.erasure.jobs import ERASE_STRAGGLERS
from app.hotels import upkeep as hotel_upkeep
from app.hotels.jobs import FORGET_INVITATIONS
from app.hotels.photos.jobs import CHECK_PHOTO, CLEAR_PHOTO
from app.hotels.photos.service import check, clear
from app.mail import sender
from app.mail import upkeep as mail_upkeep
from app.mail.jobs import FORGET_SECRETS, SEND_EMAIL
from app.payments.jobs import RECONCILE
from app.payments.service import reconcile
from app.rates.jobs import EXTEND_RATES
from app.rates.service import extend
from workers.binding import runs


@runs(SEND_EMAIL)
def send_email(email_id: UUID) -> None:
    sender.send(email_id)


@runs(EMAIL_VERIFIED)
def claim_bookings(user_id: UUID) -> None:
    claim.by_verified_email(user_id)


@runs(PASSWORD_FORGOTTEN)
def mail_password_link(user_id: UUID, link_id: UUID) -> None:
    change_password.mail_link(user_id, link_id)


@runs(ERASE_STRAGGLERS)
def erase_stragglers(user_id: UUID) -> None:
    erasure.stragglers(user_id)


@runs(FORGET_TRACES)
def forget_traces() -> None:
    forget.forget()


@runs(CHECK_PHOTO)
def check_photo(photo_id: UUID) -> None:
    check.check(photo_id)


@runs(CLEAR_PHOTO)
def clear_photo(photo_id: UUID) -> None:
    clear.clear(photo_id)


@runs(RECONCILE)
def compare_with_gateway() -> None:
    reconcile.reconcile()


@runs(EXTEND_RATES)
def extend_rates() -> None:
    extend.extend()


@runs(upkeep.PURGE)
def forget_keys() -> None:
    upkeep.forget_keys()


@runs(FORGET_LINKS)
def forget_links() -> None:
    auth_upkeep.forget_links()


@runs(FORGET_INVITATIONS)
def forget_invitations() -> None:
    hotel_upkeep.forget_invitations()


@runs(FORGET_SECRETS)
def forget_secrets() -> None:
    mail_upkeep.forget_secrets()


@runs(audit.AUDIT)
def audit_all() -> None:
    audit.audit(invariants.ALL)
