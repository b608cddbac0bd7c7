"""Every SELECT about money, and the claims that ticks work by."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text, update
from sqlalchemy.orm import Session

from app.bookings import queries as booking_queries
from app.bookings.models import Booking
from app.core.clock import sql_now, sql_seconds
from app.payments.errors import PaymentNotFound
from app.payments.jobs import FOLLOW_REFUND, REFUND, VERIFY_PAYMENT
from app.payments.models import GatewayEvent, Payment, PaymentState, Refund, RefundState
from app.payments.states import IN_FLIGHT, MONEY_IS_IN, OPEN

BATCH = 500

SHOWN = """
SELECT p.id, p.reference, p.status, p.authorization_url, p.access_code, p.amount, p.currency, p.refunded_amount, p.paid_at, p.created_at,
       p.booking_id, b.reference AS booking_reference, b.status AS booking_status, b.payment_status, b.user_id, b.hotel_id, b.token_version,
       p.part, p.kept, p.applied_at, CASE p.part WHEN 1 THEN b.hold_expires_at ELSE c.hold_expires_at END AS expires_at,
       CASE p.part WHEN 1 THEN b.status = 'pending_payment' ELSE coalesce(c.status = 'waiting', false) END AS is_waited_for
FROM payments p JOIN bookings b ON b.id = p.booking_id
LEFT JOIN booking_changes c ON c.booking_id = p.booking_id AND c.part = p.part
"""
SHOWN_BY_REFERENCE = text(SHOWN + "WHERE p.reference = :reference")
SHOWN_OF_BOOKING = text(
    SHOWN + "WHERE p.booking_id = :booking_id ORDER BY p.status IN ('queued', 'initialized') DESC, p.id DESC LIMIT 1"
)


def shown(session: Session, reference: str) -> dict[str, Any]:
    """The payment as it may be shown, with its booking's states. Raises PaymentNotFound."""
    row = session.execute(SHOWN_BY_REFERENCE, {"reference": reference}).mappings().first()
    if row is None:
        raise PaymentNotFound
    return dict(row)


def shown_of_booking(session: Session, booking_id: UUID) -> dict[str, Any]:
    """The booking's open attempt, else its latest one. Raises PaymentNotFound."""
    row = session.execute(SHOWN_OF_BOOKING, {"booking_id": booking_id}).mappings().first()
    if row is None:
        raise PaymentNotFound
    return dict(row)


def find_payment(session: Session, payment_id: UUID) -> Payment | None:
    return session.get(Payment, payment_id)


def find_by_reference(session: Session, reference: str) -> Payment | None:
    return session.scalar(select(Payment).where(Payment.reference == reference))


def lock_with_booking(session: Session, payment_id: UUID) -> tuple[Booking, Payment]:
    """Both locked, the booking first. Raises PaymentNotFound."""
    booking_id = session.scalar(select(Payment.booking_id).where(Payment.id == payment_id))
    if booking_id is None:
        raise PaymentNotFound
    return booking_queries.lock_booking(session, booking_id), lock_payment(session, payment_id)


def lock_payment(session: Session, payment_id: UUID) -> Payment:
    """Locked; its booking must be locked already. Raises PaymentNotFound."""
    (payment,) = lock_payments(session, Payment.id == payment_id) or (None,)
    if payment is None:
        raise PaymentNotFound
    return payment


def lock_payments(session: Session, *which: Any) -> list[Payment]:
    """Those that `which` names, locked in the order of their ids; their booking must be locked already."""
    statement = select(Payment).where(*which).order_by(Payment.id)
    return list(session.scalars(statement.with_for_update(key_share=True).execution_options(populate_existing=True)))


def find_open(session: Session, booking_id: UUID, part: int) -> Payment | None:
    """The attempt that can be paid now or soon."""
    mine = (Payment.booking_id == booking_id) & (Payment.part == part)
    return session.scalar(select(Payment).where(mine, Payment.status.in_(OPEN)))


def state_of_money(session: Session, booking_id: UUID, part: int) -> str | None:
    """`success` or `review` when the gateway took money for this part, be it applied or not; None when it did not."""
    mine = (Payment.booking_id == booking_id) & (Payment.part == part)
    found = session.scalars(select(Payment.status).where(mine, Payment.status.in_(MONEY_IS_IN))).all()
    return PaymentState.SUCCESS if PaymentState.SUCCESS in found else next(iter(found), None)


def has_kept(session: Session, booking_id: UUID, part: int) -> bool:
    """Whether another success pays this part already."""
    mine = (Payment.booking_id == booking_id) & (Payment.part == part)
    return bool(session.scalar(select(select(Payment.id).where(mine, Payment.kept.is_(True)).exists())))


def payable(session: Session, booking_id: UUID) -> list[Payment]:
    """The booking's attempts that the gateway may still take money for."""
    may_be_paid = (*OPEN, PaymentState.FAILED, PaymentState.ABANDONED)
    return list(
        session.scalars(select(Payment).where(Payment.booking_id == booking_id, Payment.status.in_(may_be_paid)))
    )


def lock_refund(session: Session, refund_id: UUID) -> tuple[Booking, Payment, Refund] | None:
    """Booking, payment and refund, locked in this order; None when there is no such refund."""
    payment_id = session.scalar(select(Refund.payment_id).where(Refund.id == refund_id))
    if payment_id is None:
        return None
    booking, payment = lock_with_booking(session, payment_id)
    refund = session.get(Refund, refund_id, with_for_update={"key_share": True}, populate_existing=True)
    return None if refund is None else (booking, payment, refund)


def find_refund(session: Session, refund_id: UUID) -> Refund | None:
    return session.get(Refund, refund_id)


def refunds_of(session: Session, payment_id: UUID) -> list[Refund]:
    """Oldest first."""
    return list(session.scalars(select(Refund).where(Refund.payment_id == payment_id).order_by(Refund.id)))


ORDERED_BACK = text("""
SELECT coalesce(sum(least(p.amount, r.amount)), 0) FROM payments p
JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS amount FROM refunds WHERE payment_id = p.id) r ON true
WHERE p.booking_id = :booking_id AND p.kept AND p.applied_at IS NOT NULL
""")


def ordered_back(session: Session, booking_id: UUID) -> int:
    """Kobo of its applied money that refunds speak for, whatever their state."""
    return int(session.execute(ORDERED_BACK, {"booking_id": booking_id}).scalar_one())


def of_booking(session: Session, booking_id: UUID) -> tuple[list[Payment], list[Refund]]:
    """All attempts to pay it and all that goes back, oldest first."""
    payments = select(Payment).where(Payment.booking_id == booking_id).order_by(Payment.id)
    refunds = select(Refund).join(Payment, Payment.id == Refund.payment_id).where(Payment.booking_id == booking_id)
    return list(session.scalars(payments)), list(session.scalars(refunds.order_by(Refund.id)))


def events_about(session: Session, reference: str) -> list[Any]:
    """Webhooks about a transaction, oldest first: rows of id, event, received_at, handled_at, error; not what was in them."""
    shown = (GatewayEvent.id, GatewayEvent.event, GatewayEvent.received_at, GatewayEvent.handled_at, GatewayEvent.error)
    return list(session.execute(select(*shown).where(GatewayEvent.reference == reference).order_by(GatewayEvent.id)))


def refund_in_flight(session: Session, payment_id: UUID) -> Refund | None:
    """The one that the gateway is at, or was asked for."""
    return session.scalar(select(Refund).where(Refund.payment_id == payment_id, Refund.status.in_(IN_FLIGHT)))


def next_due_refund(session: Session, payment_id: UUID) -> UUID | None:
    """The oldest one that has not been asked for."""
    mine = (Refund.payment_id == payment_id) & (Refund.status == RefundState.DUE)
    return session.scalar(select(Refund.id).where(mine).order_by(Refund.id).limit(1))


# A check that is promised for soon is enough: while the gateway is away, rechecks must not pile up behind those that wait for it.
PROMISED = f"""EXISTS (SELECT FROM outbox o WHERE o.kind = 'job' AND o.dead_at IS NULL AND o.queue = '{VERIFY_PAYMENT.queue}'
  AND o.name = '{VERIFY_PAYMENT.name}' AND o.payload->>'payment_id' = p.id::text AND o.run_until IS NULL
  AND o.due_at <= clock_timestamp() + make_interval(secs => :soon))"""

# Each look comes after as long as the payment is old, so the pauses double; while the guest waits for his room they stay short.
CLAIM_RECHECK = text(f"""
UPDATE payments SET checks = checks + 1, next_check_at = due.next FROM (
  SELECT p.id, NOT {PROMISED} AS wanted, CASE WHEN p.created_at > clock_timestamp() - make_interval(secs => :longest) THEN
    clock_timestamp() + least(greatest(clock_timestamp() - p.created_at, make_interval(secs => :first)),
      make_interval(secs => CASE WHEN b.status = 'pending_payment' OR c.status = 'waiting' THEN :held ELSE :free END)) END AS next
  FROM payments p JOIN bookings b ON b.id = p.booking_id
  LEFT JOIN booking_changes c ON c.booking_id = p.booking_id AND c.part = p.part
  WHERE p.next_check_at <= clock_timestamp() ORDER BY p.next_check_at LIMIT :batch FOR NO KEY UPDATE OF p SKIP LOCKED) AS due
WHERE payments.id = due.id RETURNING payments.id, due.wanted
""")  # noqa: S608 - constants of ours

CLAIM_UNAPPLIED = text("""
UPDATE payments SET follow_up_at = clock_timestamp() + interval '1 minute' WHERE id IN (
  SELECT id FROM payments WHERE status = 'success' AND applied_at IS NULL AND paid_at < clock_timestamp() - interval '30 seconds'
    AND coalesce(follow_up_at, '-infinity') <= clock_timestamp() LIMIT :batch FOR NO KEY UPDATE SKIP LOCKED)
RETURNING id
""")

# Banks take days: a refund is asked about after a tenth of its age, an hour at most. The gateway's webhooks tell sooner.
CLAIM_REFUNDS = text(f"""
UPDATE refunds r SET next_check_at = clock_timestamp()
  + least(greatest((clock_timestamp() - created_at) / 10, make_interval(secs => :first)), interval '1 hour')
WHERE id IN (SELECT id FROM refunds WHERE next_check_at <= clock_timestamp() ORDER BY next_check_at LIMIT :batch
             FOR NO KEY UPDATE SKIP LOCKED)
RETURNING id, gateway_id, NOT EXISTS (SELECT FROM outbox o WHERE o.kind = 'job' AND o.dead_at IS NULL AND o.queue = '{REFUND.queue}'
  AND o.name IN ('{REFUND.name}', '{FOLLOW_REFUND.name}') AND o.payload->>'refund_id' = r.id::text AND o.run_until IS NULL
  AND o.due_at <= clock_timestamp() + interval '5 minutes') AS wanted
""")  # noqa: S608 - constants of ours


def claim_rechecks(session: Session, **seconds: int) -> list[UUID]:
    """Payments whose check is due and not promised already; their next one is set. `first`, `held`, `free`, `longest`, `soon`: seconds."""
    rows = session.execute(CLAIM_RECHECK, {"batch": BATCH} | seconds)
    return [row.id for row in rows if row.wanted]


def claim_unapplied(session: Session) -> list[UUID]:
    """Successes that their booking does not know of, each at most once a minute."""
    return list(session.scalars(CLAIM_UNAPPLIED, {"batch": BATCH}))


def claim_refunds(session: Session, first: int) -> list[Any]:
    """Refunds that are not final, whose time to look has come and for which no job is promised: rows of id and gateway_id."""
    return [row for row in session.execute(CLAIM_REFUNDS, {"first": first, "batch": BATCH}) if row.wanted]


CLAIM_ASKED = text(f"""
UPDATE payments p SET asked_at = clock_timestamp() WHERE p.id = :payment_id AND p.status <> 'reversed'
  AND coalesce(p.asked_at, '-infinity') <= clock_timestamp() - make_interval(secs => :pause) AND NOT {PROMISED}
RETURNING p.id
""")  # noqa: S608 - constants of ours


def claim_asked(session: Session, payment_id: UUID, pause: int) -> bool:
    """Whether a person's wish to know may go to the gateway: once in `pause` seconds."""
    return session.scalar(CLAIM_ASKED, {"payment_id": payment_id, "pause": pause, "soon": pause}) is not None


def hasten_refunds(session: Session, payment_id: UUID) -> list[UUID]:
    """The refunds of this payment that the gateway is at: to be asked about now."""
    known = (Refund.payment_id == payment_id) & Refund.gateway_id.is_not(None) & Refund.next_check_at.is_not(None)
    statement = update(Refund).where(known).values(next_check_at=sql_now() + sql_seconds(60)).returning(Refund.id)
    return list(session.scalars(statement))


def known_references(session: Session, references: Iterable[str]) -> dict[str, tuple[UUID, str]]:
    """reference → id and status, of those that are ours."""
    rows = session.execute(
        select(Payment.reference, Payment.id, Payment.status).where(Payment.reference.in_(list(references)))
    )
    return {row.reference: (row.id, row.status) for row in rows}


def successes_between(session: Session, since: datetime, until: datetime) -> Sequence[str]:
    """References of attempts that were made in this time and count as paid."""
    made = (Payment.created_at >= since) & (Payment.created_at < until)
    return session.scalars(select(Payment.reference).where(made, Payment.status == PaymentState.SUCCESS)).all()
