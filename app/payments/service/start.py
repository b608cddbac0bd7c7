"""Starting to pay: the attempt is written down with its reference before the gateway hears of it, so that no answer is lost for good."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from app.bookings import queries as booking_queries
from app.bookings.asker import Asker, whose
from app.bookings.errors import AlreadyPaid, HoldExpired
from app.bookings.models import Booking, BookingChange, BookingStatus, PaymentStatus
from app.bookings.service import hold, locks, settle_change
from app.config import settings
from app.core import clock, idempotency
from app.core.clock import sql_now, sql_seconds
from app.core.columns import new_id
from app.core.db import reading, retrying, transaction
from app.core.errors import NotFound
from app.core.logging import logger
from app.core.metrics import PAYMENTS
from app.core.outbox import enqueue
from app.payments import paystack, policies, queries, states
from app.payments.errors import HotelNotSelling, InReview, NotPayable
from app.payments.jobs import START_PAYMENT
from app.payments.models import Payment, PaymentState
from app.payments.references import new_reference
from app.payments.service import link, settle
from app.rates.models import PaymentTiming

FOLLOW_UP_SECONDS = 10
FIRST = 1

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Started:
    """`shown`: a row of `queries.shown`. `made`: this request made the attempt. `replayed`: its key had been used before."""

    shown: dict[str, Any]
    made: bool
    replayed: bool


@dataclass(frozen=True, slots=True)
class Due:
    """What a booking waits for: `amount` kobo, for itself (part 1) or for a change of it."""

    part: int
    amount: int
    change: BookingChange | None = None


@dataclass(frozen=True, slots=True)
class Opened:
    """A new attempt: what to ask the gateway for, the room locks that live on with the hold, and for how many seconds."""

    order: link.Order
    held: locks.RoomLocks
    seconds: float


def start(asker: Asker, booking_id: UUID, key: idempotency.Key) -> Started:
    """An open attempt as it is, else a fresh one, with its link if the gateway answers in time.

    Raises NotFound, NotPayable, AlreadyPaid, InReview, HoldExpired, HotelNotSelling, Refused, and what `idempotency` raises.
    """
    opened, replayed = _open(asker, booking_id, key)
    if opened is not None:
        PAYMENTS.labels("started").inc()
        opened.held.take(opened.seconds)
        link.fetch_in_request(opened.order)
    with reading() as session:
        return Started(queries.shown_of_booking(session, booking_id), opened is not None, replayed)


def follow_up(payment_id: UUID) -> None:
    """START_PAYMENT: quiet if the link is there. Else the old reference is asked about, given up, and a fresh one started while the hold
    lives. Raises Unavailable when the gateway does not even say what became of the old one.
    """
    with reading() as session:
        payment = queries.find_payment(session, payment_id)
    if payment is None or payment.status != PaymentState.QUEUED:
        return
    answer = paystack.gateway().verify(payment.reference)
    if answer is not None and answer.status in ("success", "reversed"):
        settle.record(payment_id, answer)
        return
    order = _replace(payment_id)
    if order is not None:
        link.fetch_in_job(order)


@retrying
def _open(asker: Asker, booking_id: UUID, key: idempotency.Key) -> tuple[Opened | None, bool]:
    """The new attempt, None when there is an open one; and whether the key was used before."""
    with transaction() as session:
        replayed = idempotency.claim(session, key, booking_id) is not None
        booking = booking_queries.lock_booking(session, booking_id)
        if not policies.can_pay(asker, whose(booking)):
            raise NotFound
        if replayed:
            return None, True
        due = _due(session, booking)
        _refuse_unless_payable(session, booking, due)
        if queries.find_open(session, booking_id, due.part) is not None:
            return None, False
        return _open_new(session, booking, due), False


def _due(session: Session, booking: Booking) -> Due:
    """A booking that stands waits for the difference of its change, if there is one."""
    change = None
    if booking.status == BookingStatus.CONFIRMED:
        change = booking_queries.find_waiting_change(session, booking.id)
    return Due(FIRST, booking.total_amount) if change is None else Due(change.part or FIRST, change.difference, change)


def _refuse_unless_payable(session: Session, booking: Booking, due: Due) -> None:
    """Money that is in counts before its booking knows of it, so nobody is sent to pay twice."""
    if booking.payment_timing != PaymentTiming.PAY_NOW:
        raise NotPayable("This booking is paid at the hotel")
    money = queries.state_of_money(session, booking.id, due.part)
    is_paid = due.change is None and booking.payment_status != PaymentStatus.UNPAID
    if is_paid or money == PaymentState.SUCCESS:
        raise AlreadyPaid(allowed=[])
    if money is not None:
        raise InReview
    if booking.status == BookingStatus.EXPIRED:
        raise HoldExpired
    if due.change is None and booking.status != BookingStatus.PENDING_PAYMENT:
        raise NotPayable(f"A booking that is {booking.status} does not wait for a payment")
    if not _is_held(session, booking, due):
        raise HoldExpired
    if not booking_queries.standing_of_hotel(session, booking).keeps_holds:
        raise HotelNotSelling


def _is_held(session: Session, booking: Booking, due: Due) -> bool:
    if due.change is None:
        ends = booking.hold_expires_at if booking.status == BookingStatus.PENDING_PAYMENT else None
    else:
        ends = due.change.hold_expires_at
    return ends is not None and ends > clock.now(session)


def _open_new(session: Session, booking: Booking, due: Due) -> Opened:
    if due.change is not None:
        left = settle_change.extend_for_payment(session, booking, due.change)
        nights = locks.RoomLocks(booking.id, [], booking.check_in, booking.check_out)
        return Opened(link.order_of(booking, _insert(session, booking, due)), nights, left)
    hold.extend_for_payment(session, booking)
    payment = _insert(session, booking, due)
    left = (booking.release_at - clock.now(session)).total_seconds() if booking.release_at else 0
    return Opened(link.order_of(booking, payment), locks.of(booking), left)


def _insert(session: Session, booking: Booking, due: Due) -> Payment:
    """The attempt, and the job that looks after it should its link not arrive."""
    payment = Payment(
        id=new_id(),
        booking_id=booking.id,
        part=due.part,
        reference=new_reference(booking.reference, due.part),
        amount=due.amount,
        currency=booking.currency,
        status=PaymentState.QUEUED,
        next_check_at=sql_now() + sql_seconds(settings().payment_recheck_seconds),
    )
    session.add(payment)
    session.flush()
    enqueue(session, START_PAYMENT, due_in=FOLLOW_UP_SECONDS, payment_id=payment.id)
    return payment


@retrying
def _replace(payment_id: UUID) -> link.Order | None:
    """Gives up an attempt whose link is lost; it is still checked, should it be paid after all. The fresh one, if the hold lives."""
    with transaction() as session:
        booking, payment = queries.lock_with_booking(session, payment_id)
        if payment.status != PaymentState.QUEUED:
            return None
        states.move_payment(payment, PaymentState.ABANDONED)
        session.flush()  # the index knows one open attempt a part, and inserts are flushed before updates
        due = _due(session, booking)
        if due.part != payment.part or not _is_wanted(session, booking, due):
            return None
        log.info("payment_replaced", payment=payment.reference, booking=booking.reference)
        return link.order_of(booking, _insert(session, booking, due))


def _is_wanted(session: Session, booking: Booking, due: Due) -> bool:
    """Whether a fresh attempt would buy something: the hold lives, the hotel keeps it, and nobody has paid meanwhile."""
    if not _is_held(session, booking, due) or queries.state_of_money(session, booking.id, due.part):
        return False
    return booking_queries.standing_of_hotel(session, booking).keeps_holds
