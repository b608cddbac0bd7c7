"""The API behind nginx while one of its two processes dies and comes back."""

from concurrent.futures import ThreadPoolExecutor

import pytest
import requests

from tests.ship.faults import killed
from tests.ship.shipped import Shipped
from tests.workers.processes import eventually

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]

HOTELS = "/api/v1/hotels"


def test_a_killed_web_process_is_noticed_by_nobody_who_reads(shipped: Shipped) -> None:
    """200 reads, the process dies amid them; some were on their way to it."""
    before = len(shipped.front.lines(path=HOTELS))
    victim = shipped.web[0]
    with ThreadPoolExecutor(8) as readers:
        answers = [readers.submit(requests.get, shipped.front.url + HOTELS, timeout=30) for _ in range(200)]
        eventually(lambda: sum(answer.done() for answer in answers) > 20)
        with killed(victim):
            assert [answer.result().status_code for answer in answers] == [200] * 200
            moved = [line for line in shipped.front.lines(path=HOTELS)[before:] if ", " in line["upstream"]]
            assert len(moved) >= 1
            assert {line["upstream"].split(", ")[0] for line in moved} == {victim.address}
            assert shipped.book() != ""
    eventually(lambda: shipped.who_answers(HOTELS) == victim.address, within=60)
