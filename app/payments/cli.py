"""Commands for the platform's people: money that waits for their word."""

from uuid import UUID

import click
from flask.cli import AppGroup

from app.core.errors import AppError
from app.payments.service import refund as refunds
from app.payments.service import resolve

payments_cli = AppGroup("payments", help="Money that waits for a person.")

VERBS = {"accept": resolve.accept, "refund": resolve.refund}


@payments_cli.command("resolve")
@click.argument("reference")
@click.argument("verdict", type=click.Choice(sorted(VERBS)))
def resolve_review(reference: str, verdict: str) -> None:
    """Decides about REFERENCE, which is in review: it counts (accept) or goes back (refund)."""
    try:
        VERBS[verdict](reference)
    except AppError as error:
        raise click.ClickException(error.detail) from error
    click.echo(f"{reference}: {verdict}, as you said")


@payments_cli.command("refund-again")
@click.argument("refund_id", type=click.UUID)
def refund_again(refund_id: UUID) -> None:
    """Sends a refund that failed at the gateway anew."""
    try:
        refunds.again(refund_id)
    except AppError as error:
        raise click.ClickException(error.detail) from error
    click.echo(f"{refund_id}: due again")
