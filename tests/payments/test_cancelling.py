"""A booking is given up: what it costs, what goes back, who is told; by its guest, its hotel, the platform."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from app.payments.service import refund
from tests import factories
from tests.api import Api, new_key
from tests.payments.going_back import follow_up
from tests.payments.stage import Stage, all_at_once, mails, promised, rows, run, told
from tests.payments.terms import ALL, FIRST_NIGHT, HALF, at_hotel, confirm, sell, what_the_audit_finds
from tests.payments.till import Till, eventually

Jobs = Callable[[], int]
WHY = {"reason_code": "room_unusable", "reason": "A burst pipe"}


@pytest.fixture(autouse=True)
def explained(application: Any) -> Iterator[None]:
    """After each test every kobo is explained."""
    yield
    assert what_the_audit_finds() == []


@pytest.fixture
def half(api: Api, till: Till, run_jobs: Jobs) -> Stage:
    """A booking that is paid and gives half of it back."""
    return confirm(Stage(api, sell(factories.hotel(), HALF)), till, run_jobs)


def cancel(stage: Stage, **body: Any) -> Any:
    return stage.guest.post(f"/bookings/{stage.booking_id}/cancel", body, key=new_key())


def preview(stage: Stage) -> Any:
    answer = stage.guest.get(f"/bookings/{stage.booking_id}/cancellation")
    assert answer.status_code == 200, answer.text
    return answer.json


def record() -> dict[str, Any]:
    (row,) = rows("(SELECT booking_id AS id, * FROM booking_cancellations) AS found")
    return row


class TestByTheGuest:
    def test_half_goes_back_and_half_is_kept(self, half: Stage, till: Till, run_jobs: Jobs) -> None:
        answer = cancel(half, reason="plans changed")
        assert (answer.status_code, answer.json["status"], answer.json["payment_status"]) == (
            200,
            "cancelled",
            "refund_due",
        )
        assert answer.json["cancelled"] == {
            "cancelled_by": "guest",
            "reason_code": None,
            "penalty_amount": half.total // 2,
            "waived_amount": 0,
            "refund_amount": half.total // 2,
            "owed_amount": 0,
        }
        assert (answer.json["actions"], answer.json["returned_amount"]) == ([], half.total // 2)
        assert promised("bookings.refund_due") == ["bookings.refund_due"]
        run_jobs()
        (ours,) = half.refunds
        assert (ours["amount"], ours["reason"], ours["status"]) == (half.total // 2, "cancellation", "pending")
        reference = half.payment["reference"]
        (there,) = till.refunds(reference)
        assert there["amount"] == half.total // 2
        till.move_refund(there["id"], "processed")
        follow_up(run_jobs)
        assert half.states == ("cancelled", "partially_refunded")
        assert (half.payment["status"], half.payment["refunded_amount"]) == ("success", half.total // 2)

    def test_rooms_are_free_and_everybody_is_told(self, half: Stage) -> None:
        cancel(half, reason="plans changed")
        assert rows("allocations") == []
        assert told("room_status_changed")[-1]["status"] == "available"
        assert told("booking_changed")[-1]["status"] == "cancelled"
        (line,) = rows("booking_history", "to_status = 'cancelled'")
        assert (line["actor"], line["from_status"], line["reason"]) == ("guest", "confirmed", "plans changed")
        for kind in ("booking_cancelled", "booking_cancelled_hotel"):
            (mail,) = mails(kind)
            assert "₦50,000.00" in mail["text"], kind
            assert "plans changed" in mail["text"], kind
        assert mails("refund_due") == []

    def test_one_key_cancels_once_and_another_finds_it_cancelled(self, half: Stage, run_jobs: Jobs) -> None:
        path, key = f"/bookings/{half.booking_id}/cancel", new_key()
        first, again = (half.guest.post(path, {}, key=key) for _ in range(2))
        assert (first.status_code, again.status_code) == (200, 200)
        assert again.headers["Idempotent-Replayed"] == "true"
        other = cancel(half)
        assert (other.status_code, other.json["code"], other.json["allowed"]) == (409, "illegal_transition", [])
        assert half.guest.post(path, {"reason": "else"}, key=key).json["code"] == "idempotency_mismatch"
        run_jobs()
        assert len(half.refunds) == 1

    def test_what_is_kept_whole_sends_nothing_back(self, api: Api, till: Till, run_jobs: Jobs) -> None:
        stage = confirm(Stage(api, sell(factories.hotel(), ALL)), till, run_jobs)
        assert cancel(stage).json["cancelled"]["refund_amount"] == 0
        assert (promised("bookings.refund_due"), stage.states) == ([], ("cancelled", "paid"))

    def test_in_its_grace_all_of_it_goes_back(self, api: Api, till: Till, run_jobs: Jobs) -> None:
        stage = confirm(Stage(api, sell(factories.hotel(), ALL, grace=60)), till, run_jobs)
        shown = preview(stage)
        assert (shown["penalty_amount"], shown["refund_amount"], shown["reason"]) == (0, stage.total, "grace")
        booked = datetime.fromisoformat(stage.guest.get(f"/bookings/{stage.booking_id}").json["created_at"])
        assert datetime.fromisoformat(shown["free_until"]) == booked + timedelta(minutes=60)
        assert [window["penalty"] for window in shown["windows"][0]["windows"]] == ["none", "percent"]
        run("UPDATE bookings SET created_at = created_at - interval '1 hour'")
        assert preview(stage)["penalty_amount"] == stage.total
        run("UPDATE bookings SET created_at = created_at + interval '1 minute'")
        cancel(stage)
        run_jobs()
        assert [one["amount"] for one in stage.refunds] == [stage.total]

    def test_a_penalty_that_nothing_was_paid_of_is_owed(self, api: Api, run_jobs: Jobs, till: Till) -> None:
        guest, booking = at_hotel(api, sell(factories.hotel(), FIRST_NIGHT))
        shown = guest.get(f"/bookings/{booking['id']}/cancellation").json
        assert (shown["penalty_amount"], shown["refund_amount"], shown["owed_amount"]) == (5_000_000, 0, 5_000_000)
        answer = guest.post(f"/bookings/{booking['id']}/cancel", {}, key=new_key())
        assert answer.json["cancelled"]["owed_amount"] == 5_000_000
        assert (answer.json["payment_status"], promised("bookings.refund_due")) == ("unpaid", [])
        assert "is not paid" in mails("booking_cancelled")[0]["text"]
        assert "owes you: ₦50,000.00" in mails("booking_cancelled_hotel")[0]["text"]

    def test_a_hold_costs_nothing_and_later_money_goes_back_whole(self, api: Api, till: Till, run_jobs: Jobs) -> None:
        stage = Stage(api, sell(factories.hotel(), ALL))
        reference = stage.started()
        assert (preview(stage)["penalty_amount"], preview(stage)["reason"]) == (0, "not_confirmed")
        assert cancel(stage).status_code == 200
        assert mails("booking_cancelled") == []
        till.switch(scope=reference, refund_path="stuck_pending")
        till.pay(reference)
        stage.check(reference)
        run_jobs()
        assert [(one["amount"], one["reason"]) for one in stage.refunds] == [(stage.total, "booking_cancelled")]
        booking = stage.booking
        assert (booking["paid_amount"], booking["returned_amount"]) == (stage.total, stage.total)

    def test_once_the_day_of_check_in_is_over_the_hotel_is_to_be_asked(self, half: Stage, api: Api) -> None:
        run("UPDATE bookings SET stay = daterange(current_date - 2, current_date + 1)")
        for answer in (half.guest.get(f"/bookings/{half.booking_id}/cancellation"), cancel(half)):
            assert (answer.status_code, answer.json["code"]) == (409, "stay_has_begun")
        assert half.guest.get(f"/bookings/{half.booking_id}").json["actions"] == []
        run("UPDATE bookings SET stay = daterange(current_date + 10, current_date + 12)")


class TestThePreview:
    def test_it_tells_what_it_costs_until_when_and_why(self, half: Stage) -> None:
        shown = preview(half)
        amounts = {name: shown[name] for name in ("penalty_amount", "refund_amount", "owed_amount", "least_penalty")}
        assert amounts == {
            "penalty_amount": half.total // 2,
            "refund_amount": half.total // 2,
            "owed_amount": 0,
            "least_penalty": 0,
        }
        assert (shown["reason"], shown["free_until"], shown["currency"]) == ("policy", None, "NGN")
        ends, now = (datetime.fromisoformat(shown[name]) for name in ("valid_until", "server_now"))
        assert ends - now == timedelta(minutes=10)

    def test_its_promise_holds_across_a_deadline(self, api: Api, till: Till, run_jobs: Jobs) -> None:
        stage = confirm(Stage(api), till, run_jobs)
        token = preview(stage)["token"]
        assert preview(stage)["penalty_amount"] == 0
        run("UPDATE booking_rooms SET rate_plan_terms = rate_plan_terms || jsonb_build_object('windows', '[]'::jsonb)")
        assert preview(stage)["penalty_amount"] == stage.total
        assert cancel(stage, preview_token=token).json["cancelled"]["refund_amount"] == stage.total
        kept = record()
        assert (kept["policy_amount"], kept["penalty_amount"], kept["is_promised"]) == (stage.total, 0, True)
        run_jobs()

    def test_no_promise_is_dearer_than_the_terms(self, half: Stage, run_jobs: Jobs) -> None:
        token = preview(half)["token"]
        run("UPDATE bookings SET created_at = clock_timestamp()")
        run("UPDATE booking_rooms SET rate_plan_terms = rate_plan_terms || '{\"grace_minutes\": 60}'")
        assert cancel(half, preview_token=token).json["cancelled"]["penalty_amount"] == 0
        run_jobs()

    @pytest.mark.parametrize(
        "spoil",
        [
            "UPDATE bookings SET revision = revision + 1",
            "UPDATE bookings SET least_penalty = 1",
        ],
    )
    def test_a_booking_that_has_changed_is_promised_nothing(self, half: Stage, spoil: str) -> None:
        token = preview(half)["token"]
        run(spoil)
        answer = cancel(half, preview_token=token)
        assert (answer.status_code, answer.json["code"]) == (409, "preview_outdated")
        assert half.states == ("confirmed", "paid")

    def test_ten_minutes_later_it_promises_nothing(self, half: Stage, with_settings: Callable[..., object]) -> None:
        with_settings(cancel_preview_seconds=1)
        shown = preview(half)
        ends = datetime.fromisoformat(shown["valid_until"])
        eventually(lambda: datetime.fromisoformat(preview(half)["server_now"]) > ends)
        assert cancel(half, preview_token=shown["token"]).json["code"] == "preview_outdated"
        assert half.states == ("confirmed", "paid")

    @pytest.mark.parametrize("token", ["x", "A" * 64, "é", "-_" * 32, "=" * 8])
    def test_what_we_did_not_sign_promises_nothing(self, half: Stage, token: str) -> None:
        assert cancel(half, preview_token=token).json["code"] == "preview_outdated"

    def test_anothers_token_promises_nothing(self, half: Stage, api: Api) -> None:
        other = Stage(api)
        token = preview(other)["token"]
        assert cancel(half, preview_token=token).json["code"] == "preview_outdated"

    def test_it_is_two_statements_however_many_rooms(self, half: Stage, count_statements: Callable[[], Any]) -> None:
        with count_statements() as statements:
            preview(half)
        assert len(statements) == 2, statements  # who asks, and the booking


class TestByTheHotel:
    def word(self, api: Api, stage: Stage, body: Any = WHY, role: str = "hotel_staff") -> Any:
        desk = api.as_(factories.member(stage.hotel.id, role))
        return desk.post(f"/hotels/{stage.hotel.id}/bookings/{stage.booking_id}/cancel", body, key=new_key())

    def test_the_guest_gets_everything_back_and_reads_why(self, half: Stage, api: Api, run_jobs: Jobs) -> None:
        answer = self.word(api, half, role="hotel_admin")
        assert (answer.status_code, answer.json["cancelled"]["refund_amount"]) == (200, half.total)
        assert answer.json["cancelled"]["reason_code"] == "room_unusable"
        kept = record()
        assert (kept["cancelled_by"], kept["policy_amount"], kept["penalty_amount"]) == ("hotel", half.total // 2, 0)
        run_jobs()
        assert [one["amount"] for one in half.refunds] == [half.total]
        (mail,) = mails("booking_cancelled")
        assert "has cancelled your booking" in mail["text"]
        assert "A burst pipe" in mail["text"]
        (line,) = rows("audit_log", "verb = 'booking.cancel'")
        assert (line["before"], line["after"]["refund_amount"]) == ({"status": "confirmed"}, half.total)
        assert line["hotel_id"] == half.hotel.id

    @pytest.mark.parametrize(
        "body",
        [{}, {"reason_code": "because", "reason": "x"}, {"reason_code": "other"}, WHY | {"penalty_amount": 0}],
    )
    def test_a_reason_of_the_list_and_a_sentence_are_needed(self, half: Stage, api: Api, body: Any) -> None:
        assert self.word(api, half, body, "hotel_admin").status_code == 422
        assert half.states == ("confirmed", "paid")

    def test_another_hotels_booking_is_not_there(self, half: Stage, api: Api) -> None:
        elsewhere = factories.hotel()
        desk = api.as_(factories.member(elsewhere.id))
        answer = desk.post(f"/hotels/{elsewhere.id}/bookings/{half.booking_id}/cancel", WHY, key=new_key())
        assert (answer.status_code, half.states) == (404, ("confirmed", "paid"))


class TestByThePlatform:
    @pytest.mark.parametrize(("how_much", "share"), [("full", 1), ("policy", 2)])
    def test_all_of_it_or_what_the_terms_leave_goes_back(
        self, half: Stage, api: Api, run_jobs: Jobs, how_much: str, share: int
    ) -> None:
        admin = api.as_(factories.person(role="platform_admin"))
        body = {"refund": how_much, "reason": "The hotel burnt down"}
        answer = admin.post(f"/admin/bookings/{half.booking_id}/cancel", body, key=new_key())
        assert (answer.status_code, answer.json["booking"]["status"]) == (200, "cancelled")
        run_jobs()
        assert [one["amount"] for one in half.refunds] == [half.total // share]
        assert answer.json["history"][-1]["actor"] == "platform"
        assert len(rows("audit_log", "verb = 'booking.cancel'")) == 1


class TestAWaiver:
    def waive(self, api: Api, stage: Stage, amount: int, key: str | None = None) -> Any:
        desk = api.as_(factories.member(stage.hotel.id, "hotel_admin"))
        body = {"penalty_amount": amount, "reason": "She was ill"}
        return desk.post(f"/hotels/{stage.hotel.id}/bookings/{stage.booking_id}/waiver", body, key=key or new_key())

    def test_what_is_let_off_goes_back_beside_what_went(
        self, half: Stage, api: Api, till: Till, run_jobs: Jobs
    ) -> None:
        cancel(half)
        run_jobs()
        answer = self.waive(api, half, 1_000_000)
        told = answer.json["cancelled"]
        assert (answer.status_code, told["penalty_amount"], told["waived_amount"]) == (200, 5_000_000, 4_000_000)
        assert told["refund_amount"] == 9_000_000
        run_jobs()
        refunds = [(one["amount"], one["reason"], one["status"]) for one in half.refunds]
        assert refunds == [(5_000_000, "cancellation", "pending"), (4_000_000, "penalty_waived", "due")]
        assert "has let you off" in mails("refund_due")[0]["text"]
        reference = half.payment["reference"]
        till.move_refund(till.refunds(reference)[0]["id"], "processed")
        follow_up(run_jobs)
        assert [one["amount"] for one in till.refunds(reference)] == [4_000_000, 5_000_000]
        till.move_refund(till.refunds(reference)[0]["id"], "processed")
        follow_up(run_jobs)
        assert half.states == ("cancelled", "partially_refunded")
        assert half.payment["refunded_amount"] == 9_000_000
        (line,) = rows("audit_log", "verb = 'booking.waive_penalty'")
        assert (line["before"], line["after"]["reason"]) == ({"penalty_amount": 5_000_000}, "She was ill")

    def test_a_penalty_is_lowered_and_never_raised(self, half: Stage, api: Api, run_jobs: Jobs) -> None:
        early = self.waive(api, half, 0)
        assert (early.status_code, early.json["code"]) == (409, "illegal_transition")
        cancel(half)
        for amount in (5_000_000, 6_000_000):
            refused = self.waive(api, half, amount)
            assert (refused.status_code, refused.json["code"]) == (409, "nothing_to_waive")
            assert refused.json["penalty_amount"] == 5_000_000
        assert self.waive(api, half, 0).json["cancelled"]["refund_amount"] == half.total
        assert self.waive(api, half, 0).json["code"] == "nothing_to_waive"
        run_jobs()
        assert sum(one["amount"] for one in half.refunds) == half.total

    def test_what_is_owed_is_owed_no_more(self, api: Api) -> None:
        hotel = sell(factories.hotel(), FIRST_NIGHT)
        guest, booking = at_hotel(api, hotel)
        guest.post(f"/bookings/{booking['id']}/cancel", {}, key=new_key())
        desk = api.as_(factories.member(hotel.id))
        body = {"penalty_amount": 1_000_000, "reason": "A regular"}
        answer = desk.post(f"/hotels/{hotel.id}/bookings/{booking['id']}/waiver", body, key=new_key())
        assert (answer.json["cancelled"]["owed_amount"], promised("bookings.refund_due")) == (1_000_000, [])


def test_case_21_the_refund_of_a_cancellation_is_ordered_once_however_often(half: Stage, run_jobs: Jobs) -> None:
    """A worker that dies after the cancellation, or in the middle: the job comes again, and looks at sums."""
    cancel(half)
    all_at_once(lambda: refund.of_booking(half.booking_id, "cancellation"), 4)
    assert [one["amount"] for one in half.refunds] == [half.total // 2]
    run_jobs()
    refund.of_booking(half.booking_id, "cancellation")
    assert [one["amount"] for one in half.refunds] == [half.total // 2]
