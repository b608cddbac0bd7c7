"""The same request twice has its effect once, also at the same moment."""

import threading
from uuid import UUID, uuid4

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.core import db, idempotency
from app.core.columns import new_id
from app.core.db import reading, transaction
from app.core.idempotency import InProgress, Key, KeyInvalid, KeyRequired, Mismatch, claim, earlier, key_for

BODY = {"a": 1, "b": [1, 2], "c": {"d": "x", "e": None}}


def key(value: str = "k-1", *, scope: str = "ada", body: object = None) -> Key:
    return key_for(scope, "things.make", value, BODY if body is None else body)


def kept() -> int:
    with reading() as session:
        return int(session.scalar(text("SELECT count(*) FROM idempotency_keys")) or 0)


def take(wanted: Key, resource: UUID) -> UUID | None:
    with transaction() as session:
        return claim(session, wanted, resource)


class TestKeys:
    def test_one_is_needed(self) -> None:
        with pytest.raises(KeyRequired) as caught:
            key_for("ada", "r", None, {})
        assert (caught.value.status, caught.value.code) == (400, "idempotency_key_required")

    @pytest.mark.parametrize("value", ["", " ", "a b", "a\n", "\x00", "é", "x" * 256, "\x7f"])
    def test_odd_ones_are_refused(self, value: str) -> None:
        with pytest.raises(KeyInvalid) as caught:
            key(value)
        assert (caught.value.status, caught.value.code) == (400, "idempotency_key_invalid")

    def test_the_order_of_members_does_not_matter_and_all_else_does(self) -> None:
        turned = {"c": {"e": None, "d": "x"}, "b": [1, 2], "a": 1}
        assert key(body=turned) == key()
        others: tuple[object, ...] = (
            BODY | {"b": [2, 1]},
            BODY | {"a": "1"},
            BODY | {"a": 1.5},
            {},
            [],
            BODY | {"f": None},
        )
        for other in others:
            assert key(body=other).request_hash != key().request_hash


@pytest.mark.usefixtures("application")
class TestClaims:
    def test_the_first_makes_it_and_the_others_are_told(self) -> None:
        first = new_id()
        assert take(key(), first) is None
        assert [take(key(), new_id()) for _ in range(2)] == [first, first]
        assert (earlier(key()), earlier(key("k-2")), kept()) == (first, None, 1)

    def test_another_person_another_route_another_key(self) -> None:
        assert take(key(), new_id()) is None
        assert take(key(scope="bola"), new_id()) is None
        assert take(key("k-2"), new_id()) is None
        assert take(key_for("ada", "things.break", "k-1", BODY), new_id()) is None
        assert kept() == 4

    def test_case_09_another_body_is_refused(self) -> None:
        take(key(), new_id())
        with pytest.raises(Mismatch) as caught:
            take(key(body={"a": 2}), new_id())
        assert (caught.value.status, caught.value.code) == (422, "idempotency_mismatch")
        with pytest.raises(Mismatch):
            earlier(key(body={"a": 2}))

    def test_an_effect_that_was_undone_leaves_the_key_free(self) -> None:
        with pytest.raises(ZeroDivisionError):
            self.take_and_break()
        assert kept() == 0
        assert take(key(), new_id()) is None

    def take_and_break(self) -> None:
        with transaction() as session:
            claim(session, key(), new_id())
            raise ZeroDivisionError

    def test_case_10_twenty_at_once_are_one_effect(self) -> None:
        at_once = threading.Barrier(20)
        made: list[UUID] = []
        told: list[UUID | None] = []

        def ask() -> None:
            mine = uuid4()
            at_once.wait(10)
            with transaction() as session:
                before = claim(session, key(), mine)
                session.execute(text("SELECT pg_sleep(0.02)"))
            (told if before else made).append(before or mine)

        threads = [threading.Thread(target=ask) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert (len(made), len(told), kept()) == (1, 19, 1)
        assert set(told) == set(made)

    def test_case_10_who_waits_too_long_is_told_that_it_still_runs(self) -> None:
        url = db.engine().url.render_as_string(hide_password=False).replace("postgresql+psycopg", "postgresql")
        with psycopg.connect(url) as other:
            other.execute(
                "INSERT INTO idempotency_keys (id, scope, route, key, request_hash, status)"
                " VALUES (gen_random_uuid(), 'ada', 'things.make', 'k-1', %s, 'done')",
                (key().request_hash,),
            )
            with pytest.raises(InProgress) as caught, transaction() as session:
                impatient_claim(session)
            other.rollback()
        assert (caught.value.status, caught.value.code) == (409, "request_in_progress")
        assert kept() == 0
        assert take(key(), new_id()) is None


def impatient_claim(session: Session) -> None:
    session.execute(text("SET LOCAL lock_timeout = '50ms'"))
    claim(session, key(), new_id())


def test_keys_are_kept_for_a_day() -> None:
    assert idempotency.KEPT_HOURS == 24
