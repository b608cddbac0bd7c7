"""Commands for the platform's people: what guests write to them about."""

import click
from flask.cli import AppGroup

from app.bookings.service import revoke
from app.core.errors import AppError

bookings_cli = AppGroup("bookings", help="Bookings that a guest writes about.")


@bookings_cli.command("revoke-link")
@click.argument("reference")
def revoke_link(reference: str) -> None:
    """Makes every link to REFERENCE that was mailed or shown worthless; the guest asks for a new one."""
    try:
        revoke.token_of(reference)
    except AppError as error:
        raise click.ClickException(error.detail) from error
    click.echo(f"{reference}: its links open nothing any more")
