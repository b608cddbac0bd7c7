"""What the gateway's answer about a payment means for us: pure, and the one place that decides what counts as paid."""

from dataclasses import dataclass
from enum import StrEnum

from app.payments.answers import Transaction

NOT_YET = frozenset({"abandoned", "ongoing", "pending", "processing", "queued"})


class Meaning(StrEnum):
    PAID = "paid"
    WRONG = "wrong"
    """Money came, but not what we asked for: a person decides."""
    FAILED = "failed"
    """This try brought no money; the same link can still be paid."""
    ABANDONED = "abandoned"
    """Nobody has paid, yet."""
    WAITING = "waiting"
    """The customer or his bank is at it."""
    UNKNOWN = "unknown"
    """The gateway has never heard of it."""
    REVERSED = "reversed"
    """Paid, and all of it went back."""
    ODD = "odd"
    """A word we do not know: nothing may be concluded from it."""


NOT_PAID = frozenset({Meaning.FAILED, Meaning.ABANDONED, Meaning.UNKNOWN})


@dataclass(frozen=True, slots=True)
class Asked:
    """What we asked the gateway to take: kobo, and the mode of our key (`test` or `live`)."""

    reference: str
    amount: int
    currency: str
    mode: str


def meaning(asked: Asked, answer: Transaction | None) -> Meaning:
    """What the answer means for what we asked."""
    if answer is None:
        return Meaning.UNKNOWN
    if answer.status == "success":
        return Meaning.WRONG if differences(asked, answer) else Meaning.PAID
    if answer.status in ("failed", "reversed", "abandoned"):
        return Meaning(answer.status)
    return Meaning.WAITING if answer.status in NOT_YET else Meaning.ODD


def differences(asked: Asked, answer: Transaction) -> list[str]:
    """In words, what of the money is not as asked. More may have been paid than requested: fees that the customer bears."""
    facts = (
        ("reference", asked.reference, answer.reference),
        ("currency", asked.currency, answer.currency),
        ("mode", asked.mode, answer.domain),
        ("amount", asked.amount, answer.requested_amount),
        ("amount paid", asked.amount, min(asked.amount, answer.amount)),
    )
    return [f"{name} is {got}, not {wanted}" for name, wanted, got in facts if wanted != got]
