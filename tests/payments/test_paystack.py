"""The client against the sandbox, over real HTTP."""

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.core.http_client import FAILURES, HttpClient, NoAnswer, Resting
from app.payments import errors
from app.payments.paystack import Paystack
from sandbox.server import Sandbox
from tests.payments.till import Till

KEY = "sk_test_smartstay_development"


def client(box: Sandbox, key: str = KEY, read_timeout: float = 1.0) -> Paystack:
    return Paystack(HttpClient("paystack", box.paystack_url, {"Authorization": f"Bearer {key}"}, (1.0, read_timeout)))


def order(reference: str, **changes: Any) -> dict[str, Any]:
    return {"email": "ada.obi@example.com", "amount": 8_750_000, "currency": "NGN", "reference": reference} | changes


def test_initialize_verify_and_pay(till: Till) -> None:
    gateway = client(till.box)
    made = gateway.initialize(order("SS-A-1-00000001"))
    assert made.authorization_url == f"{till.box.url}/checkout/{made.access_code}"
    waiting = gateway.verify("SS-A-1-00000001")
    assert waiting is not None
    assert (waiting.status, waiting.amount, waiting.domain, waiting.paid_at) == ("abandoned", 8_750_000, "test", None)
    till.pay("SS-A-1-00000001")
    paid = gateway.verify("SS-A-1-00000001")
    assert paid is not None
    assert (paid.status, paid.requested_amount, paid.currency, paid.fees) == ("success", 8_750_000, "NGN", 141_250)
    assert paid.gateway_id is not None
    assert paid.gateway_id > 2**32
    assert paid.paid_at is not None
    assert abs(paid.paid_at - datetime.now(UTC)) < timedelta(seconds=10)


def test_an_unknown_reference_is_none(till: Till) -> None:
    assert client(till.box).verify("SS-A-1-0000dead/../x") is None


def test_refusals_are_told_apart(till: Till) -> None:
    gateway = client(till.box)
    gateway.initialize(order("SS-A-1-00000002"))
    with pytest.raises(errors.DuplicateReference):
        gateway.initialize(order("SS-A-1-00000002"))
    with pytest.raises(errors.Refused) as refused:
        gateway.initialize(order("SS-A-1-00000003", email="ada@hotel.local"))
    assert type(refused.value) is errors.Refused
    with pytest.raises(errors.TransactionUnknown):
        gateway.refund("SS-A-1-0000dead", "refund x", None)
    with pytest.raises(errors.TransactionUnknown):
        gateway.fetch_refund(1)


def test_a_wrong_key_is_no_refusal_of_the_payment(till: Till) -> None:
    with pytest.raises(errors.KeyRefused):
        client(till.box, key="sk_test_stale").verify("SS-A-1-00000001")


@pytest.mark.parametrize("fault", ["429", "500", "html_502", "drop", "hang:3"])
def test_no_answer_is_no_answer(till: Till, fault: str) -> None:
    gateway = client(till.box, read_timeout=0.2)
    till.switch(initialize=fault)
    with pytest.raises(NoAnswer) as lost:
        gateway.initialize(order("SS-A-1-00000004"))
    assert not isinstance(lost.value, Resting)
    assert gateway.verify("SS-A-1-00000004") is None


def test_an_answer_may_be_lost_after_the_deed(till: Till) -> None:
    gateway = client(till.box, read_timeout=0.2)
    till.switch(initialize="hang_after_commit:3")
    with pytest.raises(NoAnswer):
        gateway.initialize(order("SS-A-1-00000005"))
    told = gateway.verify("SS-A-1-00000005")
    assert told is not None
    assert told.status == "abandoned"


def test_refunds_are_made_found_by_their_note_and_followed(till: Till) -> None:
    gateway = client(till.box)
    gateway.initialize(order("SS-A-1-00000006"))
    till.pay("SS-A-1-00000006")
    part = gateway.refund("SS-A-1-00000006", "refund one", 750_000)
    rest = gateway.refund("SS-A-1-00000006", "refund two", 8_000_000)
    with pytest.raises(errors.AlreadyReversed):
        gateway.refund("SS-A-1-00000006", "refund three", None)
    since = datetime.now(UTC)
    by_reference = gateway.refunds_of("SS-A-1-00000006", None, since)
    by_id = gateway.refunds_of("SS-A-1-00000006", part.transaction_id, since)
    assert (
        {one.merchant_note for one in by_reference}
        == {one.merchant_note for one in by_id}
        == {"refund one", "refund two"}
    )
    assert gateway.refunds_of("SS-A-1-0000dead", None, since) == []
    assert gateway.fetch_refund(rest.gateway_id).amount == 8_000_000


def test_a_low_balance_is_told(till: Till) -> None:
    gateway = client(till.box)
    gateway.initialize(order("SS-A-1-00000007"))
    till.pay("SS-A-1-00000007")
    till.switch(balance="low")
    with pytest.raises(errors.InsufficientBalance):
        gateway.refund("SS-A-1-00000007", "refund one", None)


def test_lists_are_read_to_their_end(till: Till) -> None:
    gateway = client(till.box)
    for number in range(230):
        gateway.initialize(order(f"SS-A-1-{number:08x}"))
    listed = [one.reference for one in gateway.transactions_since(datetime.now(UTC) - timedelta(days=2))]
    assert listed == [f"SS-A-1-{number:08x}" for number in reversed(range(230))]
    assert till.calls("list_transactions") == 3


def test_the_breaker_spares_a_gateway_that_is_away_and_tries_again(till: Till, monkeypatch: pytest.MonkeyPatch) -> None:
    gateway = client(till.box)
    till.switch(verify="500")
    for _ in range(FAILURES):
        with pytest.raises(NoAnswer) as lost:
            gateway.verify("SS-A-1-00000008")
        assert not isinstance(lost.value, Resting)
    with pytest.raises(Resting):
        gateway.verify("SS-A-1-00000008")
    assert till.calls("verify") == FAILURES
    monkeypatch.setattr(gateway.http.breaker, "_rests_until", 0.0)
    till.clear()
    assert gateway.verify("SS-A-1-00000008") is None
    assert gateway.verify("SS-A-1-00000008") is None
    assert till.calls("verify") == FAILURES + 2


def test_calls_of_one_process_do_not_wait_for_each_other(till: Till) -> None:
    gateway = client(till.box, read_timeout=3.0)
    till.switch(verify="delay:0.5")
    threads = [threading.Thread(target=gateway.verify, args=(f"SS-A-1-0000000{n}",)) for n in range(4)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert time.monotonic() - began < 1.5
    assert till.calls("verify") == 4
