"""A table of this floor's tests: rooms that two stays cannot share, as the real ledger has them."""

from sqlalchemy import text

from app.core import db_errors
from app.core.db import transaction
from app.core.errors import Conflict

CREATE = """
CREATE TABLE IF NOT EXISTS scratch (
  id int CONSTRAINT pk_scratch PRIMARY KEY,
  room int NOT NULL,
  stay daterange NOT NULL DEFAULT 'empty',
  secret text,
  CONSTRAINT ex_scratch_stay EXCLUDE USING gist (room WITH =, stay WITH &&),
  CONSTRAINT ck_scratch_room CHECK (room < 1000)
)
"""


class Taken(Conflict):
    code, title = "scratch_taken", "Somebody has this room"


class Locked(Conflict):
    code, title = "scratch_locked", "Somebody is at this room"


db_errors.constraint_means("ex_scratch_stay", Taken)
db_errors.waiting_for_means("scratch", Locked)


def prepare() -> None:
    with transaction() as session:
        session.execute(text(CREATE))
        session.execute(text("TRUNCATE scratch"))
        session.execute(text("INSERT INTO scratch (id, room) VALUES (1, 1), (2, 2)"))


def rooms() -> list[int]:
    """The rooms of all rows, in the order of their ids."""
    with transaction() as session:
        return list(session.scalars(text("SELECT room FROM scratch ORDER BY id")))
