"""What counts as paid."""

from dataclasses import replace

import pytest

from app.payments.answers import Transaction
from app.payments.verdict import Asked, Meaning, meaning

ASKED = Asked("SS-7K3M9QX-1-a81f03c2", 30_050, "NGN", "test")
SUCCESS = Transaction(
    reference=ASKED.reference,
    status="success",
    amount=30_050,
    requested_amount=30_050,
    currency="NGN",
    domain="test",
    gateway_id=5_210_334_471,
    channel="card",
    fees=451,
    paid_at=None,
    gateway_response="Successful",
)


def test_exactly_what_we_asked_for_is_paid() -> None:
    assert meaning(ASKED, SUCCESS) is Meaning.PAID


def test_more_than_requested_is_paid_when_the_customer_bears_the_fees() -> None:
    assert meaning(ASKED, replace(SUCCESS, amount=40_333)) is Meaning.PAID


@pytest.mark.parametrize(
    "wrong",
    [
        {"amount": 30_049, "requested_amount": 30_049},
        {"amount": 30_051, "requested_amount": 30_051},
        {"amount": 30_049},
        {"amount": 0, "requested_amount": 0},
        {"currency": "USD"},
        {"currency": "ngn"},
        {"domain": "live"},
        {"reference": "SS-7K3M9QX-1-ffffffff"},
    ],
)
def test_anything_else_is_for_a_person(wrong: dict[str, object]) -> None:
    assert meaning(ASKED, replace(SUCCESS, **wrong)) is Meaning.WRONG


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("failed", Meaning.FAILED),
        ("abandoned", Meaning.ABANDONED),
        ("ongoing", Meaning.WAITING),
        ("pending", Meaning.WAITING),
        ("processing", Meaning.WAITING),
        ("queued", Meaning.WAITING),
        ("reversed", Meaning.REVERSED),
        ("Success!", Meaning.ODD),
        ("", Meaning.ODD),
    ],
)
def test_other_words_are_never_paid(word: str, meant: Meaning) -> None:
    assert meaning(ASKED, replace(SUCCESS, status=word)) is meant


def test_what_the_gateway_never_heard_of_is_unknown() -> None:
    assert meaning(ASKED, None) is Meaning.UNKNOWN
