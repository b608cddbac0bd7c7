"""The gateway's loose types, read with care."""

from datetime import UTC, datetime

import pytest

from app.payments.answers import instant, read_refund, read_transaction, text, whole
from app.payments.references import is_ours, new_reference


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (5, 5),
        ("4375000", 4_375_000),
        (2**63 - 1, 2**63 - 1),
        (2**63, None),
        (-1, None),
        (True, None),
        (1.5, None),
        ("1.5", None),
        ("", None),
        ("٣", None),
        ("9" * 30, None),
        (None, None),
        ({}, None),
    ],
)
def test_whole_numbers(written: object, read: int | None) -> None:
    assert whole(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [("visa ", "visa "), ("", None), (7, None), ({}, None), ("a\x00b", "ab"), ("x" * 900, "x" * 500)],
)
def test_text(written: object, read: str | None) -> None:
    assert text(written) == read


def test_instants_are_utc() -> None:
    assert instant("2026-11-20T10:15:02.000Z") == datetime(2026, 11, 20, 10, 15, 2, tzinfo=UTC)
    assert instant("2026-11-20T10:15:02") == datetime(2026, 11, 20, 10, 15, 2, tzinfo=UTC)
    assert [instant(odd) for odd in (None, "", "yesterday", 5)] == [None] * 4


def test_a_sparse_transaction_is_read_without_its_other_names() -> None:
    told = read_transaction({"status": "SUCCESS", "amount": "500", "paidAt": "2026-11-20T10:15:02Z", "fees": None})
    assert (told.status, told.amount, told.requested_amount, told.fees) == ("success", 500, 500, None)
    assert told.paid_at == datetime(2026, 11, 20, 10, 15, 2, tzinfo=UTC)


def test_a_refund_names_its_transaction_in_two_ways() -> None:
    created = read_refund({"id": 9, "status": "pending", "transaction": {"id": 7, "reference": "SS-A-1-00000000"}})
    listed = read_refund({"id": "9", "status": "processed", "transaction": 7, "transaction_reference": None})
    assert created is not None
    assert listed is not None
    assert (created.transaction_id, created.transaction_reference) == (7, "SS-A-1-00000000")
    assert (listed.gateway_id, listed.transaction_id, listed.transaction_reference) == (9, 7, None)
    assert read_refund({"status": "pending"}) is None


def test_references_are_new_and_ours() -> None:
    made = {new_reference("SS-7K3M9QX", 1) for _ in range(50)}
    assert len(made) == 50
    assert all(is_ours(one) and len(one) <= 50 for one in made)
    assert not any(
        is_ours(other) for other in ("", "T123", "SS-7K3M9QX", "SS-7K3M9QX-1-a81f03c2\n", "ss-7K3M9QX-1-a81f03c2")
    )
