"""A booking looked up by reference and e-mail: by whoever knows both, and by nobody who guesses."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

import pytest

from app.bookings.service import lookup
from app.core import redis_client, upkeep
from tests import factories
from tests.api import Api, new_key
from tests.bookings.ledger_of import one, run
from tests.bookings.without_account import book, from_address, request
from tests.races.crowd import at_once, statuses
from tests.surface import content, what_is_wrong

pytestmark = pytest.mark.usefixtures("application")
LOOKUP, LINK = "/bookings/lookup", "/bookings/lookup/link"


@pytest.fixture
def booking(api: Api) -> dict[str, Any]:
    return book(api, request(special_requests="Late, and no lift please"))


def known(booking: dict[str, Any], **changes: str) -> dict[str, str]:
    return {"reference": booking["reference"], "email": booking["guest"]["email"]} | changes


def unknown(booking: dict[str, Any]) -> list[dict[str, str]]:
    return [known(booking, email="eve@example.com"), known(booking, reference="SS-2222222")]


def untouched() -> dict[str, str]:
    """All that is written, but for the counting."""
    return {table: told for table, told in content().items() if table != "throttle_buckets"}


def mails() -> int:
    return int(one("SELECT count(*) FROM outgoing_emails WHERE kind = 'booking_link'"))


class TestLooking:
    def test_who_knows_both_sees_it_and_may_do_nothing(self, api: Api, booking: dict[str, Any]) -> None:
        before = untouched()
        answer = api.post(LOOKUP, known(booking))
        assert (answer.status_code, answer.json["id"]) == (200, booking["id"])
        assert (answer.json["total_amount"], answer.json["rooms"]) == (booking["total_amount"], booking["rooms"])
        assert answer.json["guest"] == booking["guest"] | {"phone": None}
        assert (answer.json["special_requests"], answer.json["actions"]) == (None, [])
        assert "booking_token" not in answer.json
        assert untouched() == before

    @pytest.mark.parametrize("change", [str.lower, str.upper, lambda text: f"  {text} "])
    def test_however_it_is_typed(self, api: Api, booking: dict[str, Any], change: Callable[[str], str]) -> None:
        typed = {name: change(text) for name, text in known(booking).items()}
        assert api.post(LOOKUP, typed).status_code == 200

    def test_one_with_an_account_too(self, api: Api) -> None:
        mine = api.as_(factories.person()).post("/bookings", request(), key=new_key()).json
        assert api.post(LOOKUP, known(mine)).json["id"] == mine["id"]

    def test_what_is_wrong_is_told_alike_and_costs_the_same(
        self, api: Api, booking: dict[str, Any], count_statements: Callable[[], Any]
    ) -> None:
        asked, told = [], []
        for wrong in unknown(booking):
            with count_statements() as statements:
                answer = api.post(LOOKUP, wrong)
            assert list(what_is_wrong(answer, 404)) == []
            asked.append(statements.texts)
            told.append({name: text for name, text in answer.json.items() if name != "request_id"})
        assert asked[0] == asked[1]
        assert told[0] == told[1]
        assert len(asked[0]) == 2

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"reference": "SS-2222222"},
            {"email": "ada@example.com"},
            {"reference": "", "email": "ada@example.com"},
            {"reference": "x" * 33, "email": "ada@example.com"},
            {"reference": "SS-2222222", "email": "ada"},
            {"reference": ["SS-2222222"], "email": "ada@example.com"},
            {"reference": "SS-2222222", "email": "ada@example.com", "booking_id": "1"},
        ],
    )
    @pytest.mark.parametrize("path", [LOOKUP, LINK])
    def test_nonsense_is_refused_and_not_counted(self, api: Api, path: str, body: dict[str, Any]) -> None:
        before = content()
        assert list(what_is_wrong(api.post(path, body), 422)) == []
        assert content() == before

    def test_a_reference_that_cannot_be_is_not_there(self, api: Api) -> None:
        for odd in ("SS-0000000", "' OR 1=1 --", "%", "ＳＳ-２２２", "null"):
            assert api.post(LOOKUP, {"reference": odd, "email": "ada@example.com"}).status_code == 404, odd


class TestGuessing:
    def test_ten_failures_stop_a_reference_even_for_who_knows(self, api: Api, booking: dict[str, Any]) -> None:
        wrong = known(booking, email="eve@example.com")
        assert statuses([api.post(LOOKUP, wrong) for _ in range(10)]) == {404: 10}
        for body in (wrong, known(booking)):
            answer = api.post(LOOKUP, body)
            assert list(what_is_wrong(answer, 429)) == []
            assert answer.json["code"] == "too_many_lookups"
            assert 80 <= int(answer.headers["Retry-After"]) <= 90
        run("UPDATE throttle_buckets SET empty_at = clock_timestamp() - interval '1 s'")
        assert api.post(LOOKUP, known(booking)).status_code == 200

    def test_an_unknown_reference_is_counted_like_a_known_one(self, api: Api) -> None:
        wrong = {"reference": "SS-2222222", "email": "eve@example.com"}
        assert statuses([api.post(LOOKUP, wrong) for _ in range(12)]) == {404: 10, 429: 2}

    def test_a_success_forgets_the_typing_mistakes(self, api: Api, booking: dict[str, Any]) -> None:
        wrong = known(booking, email="adda@example.com")
        for _ in range(3):
            assert statuses([api.post(LOOKUP, wrong) for _ in range(9)]) == {404: 9}
            assert api.post(LOOKUP, known(booking)).status_code == 200

    def test_who_guesses_references_is_stopped_by_address(
        self, api: Api, booking: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """And his own booking, looked up in between, does not let him go on."""
        monkeypatch.setattr(lookup, "FAILURES_OF_ADDRESS", 20)
        guesses = [{"reference": f"SS-{number}", "email": "ada@example.com"} for number in range(2, 24)]
        answers = []
        for guess in guesses:
            answers.append(api.post(LOOKUP, guess))
            api.post(LOOKUP, known(booking))
        assert statuses(answers) == {404: 20, 429: 2}
        assert api.post(LOOKUP, known(booking)).status_code == 429
        assert from_address(api, "203.0.113.9", LOOKUP, known(booking)).status_code == 200

    def test_who_is_stopped_stops_no_reference(
        self, api: Api, booking: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(lookup, "FAILURES_OF_ADDRESS", 3)
        for _ in range(30):
            api.post(LOOKUP, known(booking, email="eve@example.com"))
        assert from_address(api, "203.0.113.9", LOOKUP, known(booking)).status_code == 200

    def test_all_addresses_of_one_line_are_one(
        self, api: Api, booking: dict[str, Any], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(lookup, "FAILURES_OF_ADDRESS", 3)
        told = [from_address(api, f"2001:db8:0:1::{n:x}", LOOKUP, unknown(booking)[1]) for n in range(5)]
        assert statuses(told) == {404: 3, 429: 2}

    def test_forty_guesses_at_once_are_ten(self, api: Api, booking: dict[str, Any]) -> None:
        wrong = known(booking, email="eve@example.com")
        assert statuses(at_once([partial(api.post, LOOKUP, wrong)] * 40)) == {404: 10, 429: 30}

    def test_it_holds_without_redis(self, api: Api, booking: dict[str, Any]) -> None:
        redis_client.connect("redis://127.0.0.1:1/0", f"test:{uuid4().hex}:")
        wrong = known(booking, email="eve@example.com")
        assert statuses([api.post(LOOKUP, wrong) for _ in range(11)]) == {404: 10, 429: 1}

    def test_what_was_counted_is_forgotten_when_its_time_is_over(self, api: Api, booking: dict[str, Any]) -> None:
        for wrong in unknown(booking):
            api.post(LOOKUP, wrong)
        assert (one("SELECT count(*) FROM throttle_buckets"), upkeep.forget_keys()) == (3, 0)
        run("UPDATE throttle_buckets SET empty_at = clock_timestamp() - interval '1 s'")
        assert (upkeep.forget_keys(), one("SELECT count(*) FROM throttle_buckets")) == (3, 0)


class TestLink:
    def test_it_goes_to_the_bookings_own_address(self, api: Api, booking: dict[str, Any]) -> None:
        answer = api.post(LINK, known(booking))
        assert (answer.status_code, answer.json) == (202, {"ok": True})
        link = f"http://127.0.0.1:3000/bookings/{booking['reference']}#{booking['booking_token']}"
        assert f"\n{link}\n" in one("SELECT text FROM outgoing_emails")
        assert one("SELECT recipient FROM outgoing_emails") == booking["guest"]["email"]
        assert one("SELECT count(*) FROM outbox WHERE name = 'mail.send'") == 1
        assert booking["booking_token"] not in answer.text

    def test_nobody_is_told_whether_there_is_one(self, api: Api, booking: dict[str, Any]) -> None:
        before = untouched()
        told = [api.post(LINK, wrong) for wrong in unknown(booking)]
        assert [(answer.status_code, answer.json) for answer in told] == [(202, {"ok": True})] * 2
        assert untouched() == before

    def test_it_comes_again_but_not_for_ever(self, api: Api, booking: dict[str, Any]) -> None:
        told = [api.post(LINK, known(booking)) for _ in range(5)]
        assert statuses(told) == {202: 3, 429: 2}
        assert (told[-1].json["code"], mails()) == ("too_many_lookups", 3)
        assert 1190 <= int(told[-1].headers["Retry-After"]) <= 1200

    def test_who_knows_the_reference_alone_keeps_it_from_nobody(self, api: Api, booking: dict[str, Any]) -> None:
        for _ in range(5):
            api.post(LINK, known(booking, email="eve@example.com"))
        assert api.post(LINK, known(booking)).status_code == 202
        assert mails() == 1

    def test_it_is_no_way_around_the_lookups_limit(self, api: Api, booking: dict[str, Any]) -> None:
        guesses = [known(booking, email=f"eve{number}@example.com") for number in range(12)]
        answers = [api.post((LOOKUP, LINK)[number % 2], guess) for number, guess in enumerate(guesses)]
        assert statuses(answers) == {404: 5, 202: 5, 429: 2}

    def test_with_an_account_it_carries_no_token(self, api: Api) -> None:
        mine = api.as_(factories.person()).post("/bookings", request(), key=new_key()).json
        assert api.post(LINK, known(mine)).status_code == 202
        told = one("SELECT text FROM outgoing_emails")
        assert ("#" in told, f"/bookings/{mine['reference']}\n" in told) == (False, True)

    def test_it_is_sent(self, api: Api, booking: dict[str, Any], run_jobs: Callable[[], int]) -> None:
        api.post(LINK, known(booking))
        run_jobs()
        assert one("SELECT count(*) FROM outgoing_emails WHERE sent_at IS NOT NULL") == 1
