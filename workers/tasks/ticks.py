"""What beat orders: short SQL that finds what is due and enqueues what needs longer."""

from app.auth import upkeep as auth_upkeep
from app.bookings.service import expire, forget, hold, settle_change
from app.core import audit, upkeep
from app.hotels import upkeep as hotel_upkeep
from app.hotels.photos.service import sweep as photos
from app.mail import upkeep as mail_upkeep
from app.payments.service import watch
from app.rates.service import extend
from workers.binding import tick


@tick("holds.expire")
def expire_holds() -> None:
    expire.sweep()
    settle_change.sweep()


@tick("holds.warn")
def warn_guests() -> None:
    hold.warn()


@tick("payments.recheck")
def recheck_payments() -> None:
    watch.recheck()


@tick("payments.follow_through")
def follow_through() -> None:
    watch.follow_through()


@tick("refunds.follow")
def follow_refunds() -> None:
    watch.follow_refunds()


@tick("payments.reconcile")
def order_reconciliation() -> None:
    watch.order_reconciliation()


@tick("photos.sweep")
def sweep_photos() -> None:
    photos.sweep()


@tick("rates.extend")
def order_extension() -> None:
    extend.order()


@tick("upkeep.purge")
def order_purge() -> None:
    upkeep.order_purge()
    mail_upkeep.order_purge()
    auth_upkeep.order_purge()
    hotel_upkeep.order_purge()
    forget.order()


@tick("invariants.check")
def order_audit() -> None:
    audit.order_audit()
