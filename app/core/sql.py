"""SQL written by hand for what each request asks, sent past the ORM, which costs more for a statement than PostgreSQL's own work on it."""

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import CursorResult
from sqlalchemy.orm import Session

NAME = re.compile(r"(?<![:\w]):(\w+)")


def by_hand(sql: str) -> str:
    """The statement as the driver wants it: `:name` stands for what is bound, `::type` for a cast."""
    return NAME.sub(r"%(\1)s", sql.replace("%", "%%"))


def run(session: Session, statement: str, bound: Mapping[str, Any]) -> CursorResult[*tuple[Any, ...]]:
    """Sends a statement that `by_hand` made. Does not flush: what it is to see has been written."""
    return session.connection().exec_driver_sql(statement, dict(bound))
