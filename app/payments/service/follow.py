"""Following a refund that the gateway has, until it is final."""

from uuid import UUID

from app.core.db import reading, retrying, transaction
from app.core.metrics import PAYMENTS
from app.payments import paystack, queries
from app.payments.answers import RefundAnswer
from app.payments.models import RefundState
from app.payments.service import progress
from app.payments.states import IN_FLIGHT


def follow(refund_id: UUID) -> None:
    """FOLLOW_REFUND. Raises Unavailable when the gateway does not answer: nothing is concluded then."""
    with reading() as session:
        refund = queries.find_refund(session, refund_id)
    if refund is None or refund.gateway_id is None or refund.status not in IN_FLIGHT:
        return
    _record(refund_id, paystack.gateway().fetch_refund(refund.gateway_id))


@retrying
def _record(refund_id: UUID, answer: RefundAnswer) -> None:
    with transaction() as session:
        locked = queries.lock_refund(session, refund_id)
        if locked is None or locked[2].gateway_id != answer.gateway_id:
            return
        before = locked[2].status
        progress.record(session, *locked, answer)
        after = locked[2].status
    if after != before and after == RefundState.PROCESSED:
        PAYMENTS.labels("refunded").inc()
