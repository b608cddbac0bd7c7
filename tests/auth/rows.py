"""What the database holds about people and sessions, read past the application's own queries."""

from typing import Any
from uuid import UUID

from sqlalchemy import text

from app.core.db import reading, transaction


def one(statement: str, **parameters: Any) -> Any:
    """The single row of a SELECT."""
    with reading() as session:
        return session.execute(text(statement), parameters).one()


def count(table: str) -> int:
    """How many rows a table has."""
    return int(one(f"SELECT count(*) AS number FROM {table}").number)


def change(statement: str, **parameters: Any) -> int:
    """Runs an UPDATE or DELETE; returns how many rows it met."""
    with transaction() as session:
        return int(session.execute(text(statement), parameters).rowcount)  # type: ignore[attr-defined]


def login_session(session_id: UUID | str) -> Any:
    """The row of a session."""
    return one("SELECT * FROM sessions WHERE id = :id", id=session_id)


def user(user_id: UUID | str) -> Any:
    """The row of a user."""
    return one("SELECT * FROM users WHERE id = :id", id=user_id)
