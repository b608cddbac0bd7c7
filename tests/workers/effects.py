"""What jobs of tests leave behind: a line for each thing that happened, in a table of their own."""

from sqlalchemy import text

from app.core import db

TABLE = """
CREATE TABLE IF NOT EXISTS effects (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  word text NOT NULL,
  origin text,
  happened_at timestamptz NOT NULL DEFAULT clock_timestamp()
)
"""


def prepare() -> None:
    """Makes the table."""
    with db.transaction() as session:
        session.execute(text(TABLE))


def note(word: str, origin: str | None = None) -> None:
    """Commits that this happened."""
    with db.transaction() as session:
        session.execute(
            text("INSERT INTO effects (word, origin) VALUES (:word, :origin)"),
            {"word": word, "origin": origin},
        )


def words() -> list[str]:
    """What happened, in order."""
    with db.reading() as session:
        return list(session.scalars(text("SELECT word FROM effects ORDER BY id")))


def origins() -> list[str | None]:
    """Where each thing came from: a request, or a worker."""
    with db.reading() as session:
        return list(session.scalars(text("SELECT origin FROM effects ORDER BY id")))
