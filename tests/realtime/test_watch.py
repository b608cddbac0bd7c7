"""The dashboard in the terminal, as a process of its own."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from argon2 import PasswordHasher
from sqlalchemy import text

from app.core.announce import HotelEvent, announce
from app.core.db import transaction
from app.realtime.emitter import Emitter
from app.realtime.rooms import hotel_room
from demo.world.accounts import DEMO_PASSWORD, HOTEL_ADMIN
from tests.factories import hotel, member
from tests.realtime.processes import ROOT, Realtime, environment, wait_until

RUN = (
    "import sys; from demo.watch import watch; status = watch(None); assert 'app' not in sys.modules; sys.exit(status)"
)


def _demo_hotel() -> UUID:
    place = hotel(slug=str(HOTEL_ADMIN.hotel_slug))
    admin = member(place.id)
    password_hash = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1).hash(DEMO_PASSWORD)
    values = {"id": admin.id, "email": HOTEL_ADMIN.email, "hash": password_hash}
    with transaction() as session:
        session.execute(text("UPDATE users SET email = :email, password_hash = :hash WHERE id = :id"), values)
    return place.id


@contextmanager
def _watching(realtime: Realtime, output: Path) -> Iterator[subprocess.Popen[bytes]]:
    urls = {"PUBLIC_API_URL": realtime.url, "REALTIME_URL": realtime.url}
    with output.open("wb") as written:
        process = subprocess.Popen(
            [sys.executable, "-u", "-c", RUN],
            cwd=ROOT,
            env=environment(**urls),
            stdout=written,
            stderr=subprocess.STDOUT,
        )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _book(hotel_id: UUID, reference: str) -> None:
    with transaction() as session:
        announce(session, HotelEvent(hotel_id, "new_booking", {"reference": reference}))


def test_it_prints_each_event_once_until_it_is_interrupted(
    realtime: Realtime, emitter: Emitter, tmp_path: Path
) -> None:
    hotel_id, output = _demo_hotel(), tmp_path / "watch.log"
    _book(hotel_id, "BEFORE")
    with _watching(realtime, output) as process:
        wait_until(lambda: process.poll() is not None or len(realtime.lines("command")) > 0)
        wait_until(lambda: process.poll() is not None or "watching hotel" in output.read_text())
        for seq in (2, 2, 3):
            emitter.tell(hotel_room(hotel_id), "new_booking", {"seq": seq, "reference": f"R{seq}"})
        wait_until(lambda: "reference=R3" in output.read_text())
        for number in range(2, 5):
            _book(hotel_id, f"L{number}")
        emitter.tell(hotel_room(hotel_id), "hotel_seq", {"hotel_id": str(hotel_id), "seq": 4})
        wait_until(lambda: "reference=L4" in output.read_text())
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=10) == 0, output.read_text()
    lines = [line for line in output.read_text().splitlines() if "new_booking" in line]
    assert [line.split()[-1] for line in lines] == ["reference=R2", "reference=R3", "reference=L4"]


def test_without_the_system_it_says_so(tmp_path: Path) -> None:
    nowhere = environment(PUBLIC_API_URL="http://127.0.0.1:9", REALTIME_URL="http://127.0.0.1:9")
    ended = subprocess.run(
        [sys.executable, "-c", RUN], cwd=ROOT, env=nowhere, capture_output=True, text=True, timeout=30, check=False
    )
    assert ended.returncode == 1
    assert "the API does not answer as hoped" in ended.stderr
