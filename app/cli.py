"""Commands for people who run the system: `flask db …`, `settings`, `permissions`, `jobs …`, `bookings …`, `payments …`, `audit`."""

from collections.abc import Callable
from pathlib import Path

import click
from alembic import command
from alembic.config import Config
from flask import Flask
from flask.cli import AppGroup
from sqlalchemy.orm import Session

from app import settings_table
from app.audit_cli import audit_command
from app.auth import permissions_page
from app.bookings.cli import bookings_cli
from app.core import job_runs
from app.core.db import reading, transaction
from app.core.errors import AppError
from app.payments.cli import payments_cli

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"

db = AppGroup("db", help="The database's shape.")
jobs = AppGroup("jobs", help="Jobs whose attempts are used up: a person decides.")


def register(app: Flask) -> None:
    """Adds our commands to `flask`."""
    app.cli.add_command(db)
    app.cli.add_command(show_settings)
    app.cli.add_command(show_permissions)
    app.cli.add_command(bookings_cli)
    app.cli.add_command(payments_cli)
    app.cli.add_command(jobs)
    app.cli.add_command(audit_command)


def alembic_config() -> Config:
    """Alembic as this project uses it; no ini file."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    return config


@db.command()
@click.argument("revision", default="head")
def upgrade(revision: str) -> None:
    """Brings the database up to REVISION."""
    command.upgrade(alembic_config(), revision)


@db.command()
@click.argument("revision", default="-1")
def downgrade(revision: str) -> None:
    """Takes the database down to REVISION."""
    command.downgrade(alembic_config(), revision)


@db.command()
def check() -> None:
    """Fails when models and migrations differ."""
    command.check(alembic_config())


@db.command()
def sql() -> None:
    """Prints the SQL of all migrations, for linters and cautious people."""
    command.upgrade(alembic_config(), "head", sql=True)


@db.command()
@click.argument("number")
@click.argument("message")
def revision(number: str, message: str) -> None:
    """Writes migration NUMBER from what models and database differ in."""
    command.revision(alembic_config(), message, autogenerate=True, rev_id=number)


@click.command("settings")
def show_settings() -> None:
    """Lists every setting: name, type, default, meaning."""
    for row in settings_table.rows():
        click.echo(f"{row.name:28} {row.kind:30} {row.default:40} {row.meaning}")


@click.command("permissions")
def show_permissions() -> None:
    """Prints docs/permissions.md from the table of roles and verbs."""
    click.echo(permissions_page.render(), nl=False)


@jobs.command()
@click.option("--after", default=0, help="only rows with a higher number")
def dead(after: int) -> None:
    """Lists dead jobs, oldest first: number, name, attempts, since when, payload, last error."""
    with reading() as session:
        rows = job_runs.page_dead(session, after=after)
    for row in rows:
        click.echo(
            f"{row['id']}  {row['name']}  {row['attempts']}  {row['dead_at']:%F %T}  {row['payload']}  {row['last_error']}"
        )
    click.echo(f"{len(rows)} dead")


@jobs.command()
@click.argument("number", type=int)
def retry(number: int) -> None:
    """Lets a dead job begin anew, with all its attempts."""
    _decide(number, job_runs.retry, "will run again")


@jobs.command()
@click.argument("number", type=int)
def discard(number: int) -> None:
    """Gives a dead job up for good."""
    _decide(number, job_runs.discard, "is given up")


def _decide(number: int, verb: Callable[[Session, int], None], done: str) -> None:
    try:
        with transaction() as session:
            verb(session, number)
    except AppError as refusal:
        raise click.ClickException(refusal.detail) from refusal
    click.echo(f"job {number} {done}")
