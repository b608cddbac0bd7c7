"""Commands for people who run the system: `flask db …`, `flask settings`, `flask payments …`."""

from pathlib import Path

import click
from alembic import command
from alembic.config import Config
from flask import Flask
from flask.cli import AppGroup

from app.config import Settings
from app.payments.cli import payments_cli

MIGRATIONS = Path(__file__).resolve().parent.parent / "migrations"

db = AppGroup("db", help="The database's shape.")


def register(app: Flask) -> None:
    """Adds our commands to `flask`."""
    app.cli.add_command(db)
    app.cli.add_command(show_settings)
    app.cli.add_command(payments_cli)


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
    for name, field in Settings.model_fields.items():
        click.echo(f"{name.upper():34} {field.annotation!s:24.24} {field.default!s:44.44} {field.description}")
