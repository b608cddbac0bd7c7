"""The audit log: one row a write, with its transaction, and never another word after that."""

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import ProgrammingError

from app.core.audit_trail import Actor, Subject, came_from, differing, note
from app.core.columns import new_id
from app.core.db import reading, transaction
from app.core.models import AuditRow

pytestmark = pytest.mark.usefixtures("application")

ACTOR = Actor(new_id(), "hotel_admin")


def kept() -> list[AuditRow]:
    with reading() as session:
        return list(session.scalars(select(AuditRow).order_by(AuditRow.id)))


def test_a_row_says_who_did_what_to_what_from_where() -> None:
    hotel_id, subject_id = new_id(), new_id()
    came_from("192.0.2.7")
    with transaction() as session:
        subject = Subject("member", subject_id, hotel_id)
        note(
            session, ACTOR, "member.change_role", subject, before={"role": "hotel_staff"}, after={"role": "hotel_admin"}
        )
        note(session, ACTOR, "member.remove", Subject("member", subject_id))
    came_from(None)
    first, second = kept()
    assert (first.actor_id, first.actor_role, first.verb) == (ACTOR.id, "hotel_admin", "member.change_role")
    assert (first.subject, first.subject_id, first.hotel_id, first.ip) == ("member", subject_id, hotel_id, "192.0.2.7")
    assert (first.before, first.after) == ({"role": "hotel_staff"}, {"role": "hotel_admin"})
    assert (second.before, second.after, second.hotel_id) == (None, None, None)
    assert second.id > first.id


def test_what_is_rolled_back_was_never_done() -> None:
    with pytest.raises(ZeroDivisionError):
        _note_and_fail()
    assert kept() == []


def _note_and_fail() -> None:
    with transaction() as session:
        note(session, ACTOR, "hotel.edit", Subject("hotel", new_id()))
        session.flush()
        raise ZeroDivisionError


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_log SET verb = 'nothing'",
        "DELETE FROM audit_log",
        "DELETE FROM audit_log WHERE false",
        """INSERT INTO audit_log (id, actor_id, actor_role, verb, subject, subject_id) OVERRIDING SYSTEM VALUE
           SELECT id, actor_id, actor_role, 'other', subject, subject_id FROM audit_log
           ON CONFLICT (id) DO UPDATE SET verb = 'other'""",
    ],
)
def test_nobody_changes_it_afterwards(statement: str) -> None:
    with transaction() as session:
        note(session, ACTOR, "hotel.edit", Subject("hotel", new_id()))
    with pytest.raises(ProgrammingError, match="only ever added to"), transaction() as session:
        session.execute(text(statement))
    assert [row.verb for row in kept()] == ["hotel.edit"]


def test_what_differs_is_told_from_both_sides() -> None:
    assert differing({"a": 1, "b": 2, "c": None}, {"a": 1, "b": 3, "c": None, "d": []}) == (
        {"b": 2, "d": None},
        {"b": 3, "d": []},
    )
    assert differing({"a": 1}, {"a": 1}) == ({}, {})
