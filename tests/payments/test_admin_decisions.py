"""Money that waits for a person, decided over the API: with a key, a reason, and a line in the audit log."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import pytest

from app.core.columns import new_id
from tests import factories
from tests.api import Api, new_key
from tests.hotels.people import people_of
from tests.payments.going_back import PART, due
from tests.payments.stage import Stage, promised, rows, run
from tests.payments.till import Till
from tests.races.crowd import at_once, statuses
from tests.surface import content

Jobs = Callable[[], int]
ACCEPT = {"decision": "accept", "reason": "He paid the rest in cash"}
REFUND = {"decision": "refund", "reason": "Too little"}
AGAIN = {"reason": "The bank is open again"}
EVERYBODY_ELSE = {"nobody": 401, "guest": 403, "other_owner": 403, "staff": 403, "owner": 403}


@pytest.fixture
def admin(stage: Stage) -> factories.Person:
    return factories.person(role="platform_admin")


@pytest.fixture
def platform(api: Api, admin: factories.Person) -> Api:
    return api.as_(admin)


@pytest.fixture
def in_review(stage: Stage, till: Till, run_jobs: Jobs) -> str:
    """The reference of a payment for which 100 Naira too little came."""
    reference = stage.started()
    till.switch(scope=reference, amount_delta=-10_000)
    till.pay(reference)
    stage.check(reference)
    run_jobs()
    assert stage.payment["status"] == "review"
    return reference


@pytest.fixture
def failed(stage: Stage, paid: str, till: Till, run_jobs: Jobs) -> UUID:
    """A refund of a part that the gateway has refused."""
    refund_id = due(paid, PART)
    run_jobs()
    run("UPDATE refunds SET status = 'failed', next_check_at = NULL, last_error = 'Closed account'")
    return refund_id


def resolve(someone: Api, reference: str, body: dict[str, str], key: str | None = None) -> Any:
    return someone.post(f"/admin/payments/{reference}/resolve", body, key=key or new_key())


def again(someone: Api, refund_id: UUID, body: dict[str, str] | None = None, key: str | None = None) -> Any:
    return someone.post(f"/admin/refunds/{refund_id}/again", body or AGAIN, key=key or new_key())


class TestAccepting:
    def test_the_booking_is_confirmed_and_it_is_known_by_whom(
        self, stage: Stage, platform: Api, admin: factories.Person, in_review: str, run_jobs: Jobs
    ) -> None:
        answer = resolve(platform, in_review, ACCEPT)
        assert (answer.status_code, answer.json["payment"]["status"]) == (200, "success"), answer.text
        (line,) = rows("audit_log")
        assert (line["verb"], line["actor_id"], line["actor_role"]) == ("payment.accept", admin.id, "platform_admin")
        assert (line["subject"], line["subject_id"]) == ("payment", stage.payment["id"])
        assert line["before"] == {"status": "review", "review_reason": stage.payment["review_reason"]}
        assert line["after"] == {"status": "success", "kept": True, "reason": ACCEPT["reason"]}
        run_jobs()
        assert stage.states == ("confirmed", "paid")

    def test_the_same_key_again_and_others(self, stage: Stage, platform: Api, in_review: str, run_jobs: Jobs) -> None:
        key = new_key()
        assert resolve(platform, in_review, ACCEPT, key).status_code == 200
        run_jobs()
        before = content()
        replay = resolve(platform, in_review, ACCEPT, key)
        assert (replay.status_code, replay.headers["Idempotent-Replayed"]) == (200, "true")
        assert replay.json["payment"]["applied_at"] is not None  # as it is now
        assert resolve(platform, in_review, REFUND, key).json["code"] == "idempotency_mismatch"
        late = resolve(platform, in_review, ACCEPT)
        assert (late.status_code, late.json["code"]) == (409, "illegal_transition")
        assert platform.post(f"/admin/payments/{in_review}/resolve", ACCEPT).json["code"] == "idempotency_key_required"
        assert content() == before

    def test_five_at_once_are_one(self, stage: Stage, platform: Api, in_review: str) -> None:
        answers = at_once([partial(resolve, platform, in_review, ACCEPT, "one-key")] * 5)
        assert statuses(answers) == {200: 5}
        answers = at_once([partial(resolve, platform, in_review, ACCEPT)] * 5)
        assert statuses(answers) == {409: 5}
        assert len(rows("audit_log")) == 1
        assert promised("payments.confirm_paid") == ["payments.confirm_paid"]

    def test_one_accepts_while_another_refunds(self, stage: Stage, platform: Api, in_review: str) -> None:
        answers = at_once([partial(resolve, platform, in_review, body) for body in (ACCEPT, REFUND)])
        assert statuses(answers) == {200: 1, 409: 1}
        (line,) = rows("audit_log")
        assert line["verb"] == ("payment.accept" if answers[0].status_code == 200 else "payment.refund")


class TestRefunding:
    def test_all_of_it_goes_back(self, stage: Stage, till: Till, platform: Api, in_review: str, run_jobs: Jobs) -> None:
        till.switch(scope=in_review, refund_path="stuck_pending")
        answer = resolve(platform, in_review, REFUND)
        assert answer.status_code == 200, answer.text
        (refund,) = answer.json["refunds"]
        assert (refund["amount"], refund["reason"], refund["status"]) == (
            stage.total - 10_000,
            "refused_in_review",
            "due",
        )
        (line,) = rows("audit_log")
        assert (line["verb"], line["after"]["refund_amount"]) == ("payment.refund", stage.total - 10_000)
        assert line["after"]["reason"] == REFUND["reason"]
        run_jobs()
        assert stage.refunds[0]["status"] == "pending"
        other = resolve(platform, in_review, REFUND)
        assert (other.status_code, other.json["code"]) == (409, "refund_in_flight")

    def test_what_goes_back_buys_nothing(
        self, stage: Stage, till: Till, platform: Api, in_review: str, run_jobs: Jobs
    ) -> None:
        """Not while it is due, not on its way, and not when it has failed: then it is sent again."""
        till.switch(scope=in_review, refund_path="stuck_pending")
        assert resolve(platform, in_review, REFUND).status_code == 200
        for status in ("due", "pending", "failed"):
            if status == "failed":
                run("UPDATE refunds SET status = 'failed', next_check_at = NULL, last_error = 'Closed account'")
            assert stage.refunds[0]["status"] == status
            before = content()
            other = resolve(platform, in_review, ACCEPT)
            assert (other.status_code, other.json["code"]) == (409, "refund_in_flight")
            assert content() == before
            run_jobs()
        assert stage.states == ("pending_payment", "unpaid")

    def test_a_replay_asks_nobody(self, stage: Stage, till: Till, platform: Api, in_review: str) -> None:
        key = new_key()
        assert resolve(platform, in_review, REFUND, key).status_code == 200
        asked = till.calls("verify", in_review)
        run("UPDATE payments SET status = 'reversed'")  # so that it could not be refunded anew
        replay = resolve(platform, in_review, REFUND, key)
        assert (replay.status_code, replay.headers["Idempotent-Replayed"]) == (200, "true")
        assert till.calls("verify", in_review) == asked
        assert len(stage.refunds) == len(rows("audit_log")) == 1

    def test_a_gateway_that_is_away_changes_nothing(
        self, stage: Stage, till: Till, platform: Api, in_review: str
    ) -> None:
        till.switch(verify="500")
        before = content()
        assert resolve(platform, in_review, REFUND).status_code == 503
        assert content() == before


class TestSendingAgain:
    def test_it_is_due_again(self, stage: Stage, platform: Api, failed: UUID, run_jobs: Jobs) -> None:
        key = new_key()
        answer = again(platform, failed, key=key)
        assert (answer.status_code, answer.json["status"], answer.json["gateway_id"]) == (202, "due", None)
        (line,) = rows("audit_log")
        assert (line["verb"], line["subject_id"], line["before"]) == ("refund.again", failed, {"status": "failed"})
        assert line["after"] == {"status": "due"} | AGAIN
        assert promised("payments.refund") == ["payments.refund"]
        run_jobs()
        replay = again(platform, failed, key=key)
        assert (replay.status_code, replay.headers["Idempotent-Replayed"]) == (202, "true")
        assert replay.json["status"] != "due"
        late = again(platform, failed)
        assert (late.status_code, late.json["code"]) == (409, "illegal_transition")
        assert len(rows("audit_log")) == 1

    def test_nobody_s_is_not_there(self, platform: Api) -> None:
        before = content()
        assert again(platform, new_id()).status_code == 404
        assert content() == before


class TestLooking:
    @pytest.mark.usefixtures("webhooks")
    def test_the_gateway_s_word_its_webhooks_and_what_goes_back(
        self, stage: Stage, till: Till, platform: Api, failed: UUID
    ) -> None:
        reference = stage.payment["reference"]
        told = platform.get(f"/admin/payments/{reference}").json
        assert (told["payment"]["status"], told["payment"]["gateway_status"]) == ("success", "success")
        assert told["payment"]["gateway_id"] > 0
        assert told["payment"]["channel"] == "card"
        assert not {"authorization_url", "access_code"} & set(told["payment"])
        (refund,) = told["refunds"]
        assert (refund["id"], refund["status"], refund["last_error"]) == (str(failed), "failed", "Closed account")
        assert all(event.keys() == {"id", "event", "received_at", "handled_at", "error"} for event in told["events"])
        assert "charge.success" in [event["event"] for event in told["events"]]

    def test_it_leaves_no_line(self, stage: Stage, platform: Api) -> None:
        """It tells of money and names nobody."""
        reference = stage.started()
        assert platform.get(f"/admin/payments/{reference}").status_code == 200
        assert platform.get("/admin/payments/SS-NOBODY-1-00000000").status_code == 404
        assert rows("audit_log") == []


class TestRefusals:
    def test_the_platforms_people_alone_decide(self, api: Api, stage: Stage, in_review: str) -> None:
        people = people_of(api, stage.hotel.id)
        people.refused(lambda someone: resolve(someone, in_review, ACCEPT), **EVERYBODY_ELSE)
        people.refused(lambda someone: resolve(someone, in_review, REFUND), **EVERYBODY_ELSE)

    def test_the_platforms_people_alone_send_again(self, api: Api, stage: Stage, failed: UUID) -> None:
        people = people_of(api, stage.hotel.id)
        people.refused(lambda someone: again(someone, failed), **EVERYBODY_ELSE)

    @pytest.mark.parametrize(
        "change",
        [
            {"decision": "keep"},
            {"decision": None},
            {"reason": None},
            {"reason": " "},
            {"reason": "x" * 1001},
            {"amount": 1},
        ],
    )
    def test_bad_bodies(self, stage: Stage, platform: Api, change: dict[str, Any]) -> None:
        reference = stage.started()
        before = content()
        assert resolve(platform, reference, ACCEPT | change).status_code == 422
        assert content() == before

    def test_what_is_not_in_review_or_not_there(self, stage: Stage, platform: Api) -> None:
        reference = stage.started()
        before = content()
        for body in (ACCEPT, REFUND):
            assert resolve(platform, reference, body).status_code == 409
            assert resolve(platform, "SS-NOBODY-1-00000000", body).status_code == 404
        assert content() == before
