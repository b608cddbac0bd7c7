"""A guest with a booking to pay: what he does over the API, what our rows then say, and time that passes by SQL."""

import threading
from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy import text

from app.core.db import reading, transaction
from tests import factories
from tests.api import Api, new_key

LATER = """
WITH shifted AS (
  UPDATE bookings SET hold_expires_at = hold_expires_at - make_interval(secs => :seconds),
    release_at = release_at - make_interval(secs => :seconds) WHERE id = :booking_id AND release_at IS NOT NULL RETURNING id)
UPDATE allocations SET hold_expires_at = hold_expires_at - make_interval(secs => :seconds)
WHERE booking_room_id IN (SELECT id FROM booking_rooms WHERE booking_id = :booking_id)
"""
HURRY = "UPDATE outbox SET due_at = clock_timestamp() WHERE kind = 'job' AND name = ANY(:names)"


def rows(table: str, where: str = "true", **values: Any) -> list[dict[str, Any]]:
    """All columns of the rows, in the order of their ids."""
    with reading() as session:
        found = session.execute(text(f"SELECT * FROM {table} WHERE {where} ORDER BY id"), values)
        return [dict(row) for row in found.mappings()]


def run(statement: str, **values: Any) -> None:
    """A statement of the test's own, such as time that passes."""
    with transaction() as session:
        session.execute(text(statement), values)


def told(name: str) -> list[dict[str, Any]]:
    """Payloads of the events that wait for the relay, oldest first."""
    return [row["payload"] for row in rows("outbox", "kind = 'event' AND name = :name", name=name)]


def promised(*names: str) -> list[str]:
    """Names of the jobs that are promised, of these names or all."""
    return [row["name"] for row in rows("outbox", "kind = 'job'") if not names or row["name"] in names]


def hurry(*names: str) -> None:
    """What is put off becomes due."""
    run(HURRY, names=list(names))


def all_at_once(work: Callable[[], object], times: int) -> None:
    """Runs it on so many threads and waits for all."""
    threads = [threading.Thread(target=work) for _ in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def mails(kind: str) -> list[dict[str, Any]]:
    return rows("outgoing_emails", "kind = :kind", kind=kind)


class Stage:
    """One hotel, one guest, one booking that waits for its payment."""

    def __init__(self, api: Api, hotel: factories.HotelForTests | None = None) -> None:
        self.api = api
        self.hotel = hotel or factories.hotel()
        self.guest = self._comes_in()
        answer: Any = self.guest.post("/bookings", factories.booking_request(self.hotel), key=new_key())
        assert answer.status_code == 201, answer.text
        self.token: str | None = answer.json.get("booking_token")
        self.guest = self._remembers()
        self.booking_id = UUID(answer.json["id"])
        self.total = int(answer.json["total_amount"])

    def _comes_in(self) -> Api:
        return self.api.as_(factories.person())

    def _remembers(self) -> Api:
        """Who he is from now on."""
        return self.guest

    @property
    def booking(self) -> dict[str, Any]:
        (row,) = rows("bookings", "id = :id", id=self.booking_id)
        return row

    @property
    def payments(self) -> list[dict[str, Any]]:
        return rows("payments", "booking_id = :id", id=self.booking_id)

    @property
    def payment(self) -> dict[str, Any]:
        (row,) = self.payments
        return row

    @property
    def refunds(self) -> list[dict[str, Any]]:
        return rows("refunds", "booking_id = :id", id=self.booking_id)

    @property
    def states(self) -> tuple[str, str]:
        """The booking's status and payment status."""
        booking = self.booking
        return booking["status"], booking["payment_status"]

    def start(self, key: str | None = None) -> Any:
        return self.guest.post(f"/bookings/{self.booking_id}/payments", key=key or new_key())

    def started(self) -> str:
        """The reference of a payment that has its link."""
        answer = self.start()
        assert (answer.status_code, answer.json["status"]) == (201, "initialized"), answer.text
        return str(answer.json["reference"])

    def check(self, reference: str) -> None:
        """The guest presses "I have paid"; his last wish is forgotten, so that this one counts."""
        run("UPDATE payments SET asked_at = NULL WHERE reference = :reference", reference=reference)
        assert self.guest.post(f"/payments/{reference}/verify").status_code == 202

    def pass_time(self, seconds: float) -> None:
        """The hold is so much older."""
        run(LATER, booking_id=self.booking_id, seconds=seconds)

    def lapse(self) -> None:
        """Past the hold and its grace."""
        self.pass_time(100_000)

    def end_hold(self) -> None:
        """Just past the hold's end, inside the grace."""
        run(
            "UPDATE bookings SET hold_expires_at = clock_timestamp() - interval '1 s' WHERE id = :id",
            id=self.booking_id,
        )


class WithoutAccount(Stage):
    """The same, of a guest who never logs in: after booking all that he has is the token."""

    def _comes_in(self) -> Api:
        return self.api

    def _remembers(self) -> Api:
        assert self.token is not None
        return self.guest.showing(self.token)
