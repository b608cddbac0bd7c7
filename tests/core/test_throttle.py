"""Buckets that leak: what fits, what does not, and that many at once do not get more in than fits."""

from functools import partial

import pytest
from sqlalchemy import text

from app.core import throttle, upkeep
from app.core.db import reading, transaction
from app.core.throttle import Bucket
from tests.races.crowd import at_once

pytestmark = pytest.mark.usefixtures("application")

TEN = Bucket("tests", "ada@example.com", drops=10, seconds=900)
OTHER = Bucket("tests", "obi@example.com", drops=3, seconds=60)
ALL = "SELECT key, extract(epoch FROM empty_at - clock_timestamp()) AS seconds FROM throttle_buckets ORDER BY key"


def take(*buckets: Bucket) -> float:
    with transaction() as session:
        return throttle.take(session, *buckets)


def wait(*buckets: Bucket) -> float:
    with reading() as session:
        return throttle.wait(session, *buckets)


def levels() -> dict[str, float]:
    """Seconds until each bucket is empty."""
    with reading() as session:
        return {key: float(seconds) for key, seconds in session.execute(text(ALL))}


def pass_by(seconds: float) -> None:
    """As if so much time had gone by."""
    with transaction() as session:
        session.execute(
            text("UPDATE throttle_buckets SET empty_at = empty_at - make_interval(secs => :s)"), {"s": seconds}
        )


def test_so_many_drops_fit_and_not_one_more() -> None:
    assert [take(TEN) for _ in range(10)] == [0.0] * 10
    before = levels()
    assert 80 < take(TEN) <= 90
    assert 80 < wait(TEN) <= 90
    assert levels().keys() == before.keys()
    assert levels()[TEN.key] <= before[TEN.key]


def test_drops_leak_out_one_by_one() -> None:
    for _ in range(10):
        take(TEN)
    pass_by(90)
    assert wait(TEN) == 0
    assert (take(TEN), take(TEN) > 0) == (0, True)
    pass_by(10_000)
    assert [take(TEN) for _ in range(11)][:10] == [0.0] * 10


def test_a_look_pours_nothing() -> None:
    assert [wait(TEN) for _ in range(20)] == [0.0] * 20
    assert levels() == {}


def test_a_full_bucket_keeps_a_drop_out_of_the_others() -> None:
    for _ in range(3):
        assert take(OTHER) == 0
    assert take(TEN, OTHER) > 0
    assert TEN.key not in levels()
    assert 10 < wait(TEN, OTHER) <= 20


def test_one_that_only_counts_never_refuses() -> None:
    for _ in range(5):
        assert take(OTHER.counting_only()) == 0
    assert 60 < levels()[OTHER.key] <= 100
    assert take(OTHER) > 0


def test_what_is_given_back_never_was() -> None:
    for _ in range(3):
        take(TEN, OTHER)
    with transaction() as session:
        throttle.give_back(session, OTHER, emptied=(TEN,))
    assert levels()[TEN.key] <= 0
    assert 30 < levels()[OTHER.key] <= 40


def test_a_bucket_can_be_emptied_any_number_of_times() -> None:
    """Each right password empties what none is poured into: a bucket of wrong ones from elsewhere, for as long as its row is there."""
    take(TEN)
    for _ in range(300):
        with transaction() as session:
            throttle.give_back(session, emptied=(TEN,))
    assert -60 < levels()[TEN.key] <= 0
    assert [take(TEN) for _ in range(11)][9:] != [0.0, 0.0]


def test_giving_back_what_is_not_there_makes_nothing() -> None:
    with transaction() as session:
        throttle.give_back(session, OTHER, emptied=(TEN,))
    assert levels() == {}


def test_of_fifty_at_once_ten_fit() -> None:
    got = at_once([partial(take, TEN)] * 50)
    assert sorted(got)[:11][9:] != [0.0, 0.0]
    assert got.count(0.0) == 10


def test_control_looking_first_and_counting_later_lets_more_in() -> None:
    """So that the test above means something: without the judgement at the locked row all get in who have looked in time."""

    def look_then_pour() -> bool:
        return wait(TEN) == 0 and take(TEN.counting_only()) == 0

    assert at_once([look_then_pour] * 50).count(True) > 10


def test_buckets_taken_in_other_orders_do_not_wait_for_each_other() -> None:
    many = Bucket("tests", "a", 1000, 10), Bucket("tests", "b", 1000, 10)

    def forth_and_back(number: int) -> None:
        for _ in range(20):
            order = many if number % 2 else many[::-1]
            assert take(*order) == 0
            with transaction() as session:
                throttle.give_back(session, order[0], emptied=(order[1],))

    at_once([partial(forth_and_back, number) for number in range(8)])


def test_only_a_hash_is_kept() -> None:
    take(TEN)
    (key,) = levels()
    assert len(key) == 64
    assert "ada" not in key
    assert key != Bucket("other", TEN.whose, 10, 900).key


def test_nothing_waits_for_the_disk() -> None:
    with reading() as session:
        kind = session.scalar(text("SELECT relpersistence FROM pg_class WHERE relname = 'throttle_buckets'"))
    assert kind == "u"


def test_the_days_housekeeping_takes_the_empty_ones() -> None:
    take(TEN)
    pass_by(100)
    take(OTHER)
    assert upkeep.forget_keys() == 1
    assert list(levels()) == [OTHER.key]
