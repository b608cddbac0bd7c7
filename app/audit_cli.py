"""`flask audit`: every invariant looked at now, for a person at a terminal or a script."""

import json
from typing import Any

import click

from app import invariants
from app.core.audit import audit
from app.core.errors import Unavailable
from app.core.invariants import Finding


@click.command("audit")
@click.option("--json", "as_json", is_flag=True, help="end with one JSON object")
@click.pass_context
def audit_command(context: click.Context, as_json: bool) -> None:  # noqa: FBT001 - click calls it
    """Looks at every invariant of the database and keeps the result. Exit 1 if any is broken."""
    try:
        findings = audit(invariants.ALL)
    except Unavailable as error:
        raise click.ClickException(f"not everything could be looked at: {error.detail}") from error
    for finding in findings:
        _tell(finding)
    broken = [finding for finding in findings if finding.total]
    click.echo(f"{len(findings)} invariants, {len(broken)} broken")
    if as_json:
        click.echo(json.dumps({"ok": not broken, "invariants": [_plain(finding) for finding in findings]}))
    context.exit(1 if broken else 0)


def _tell(finding: Finding) -> None:
    name = finding.invariant.name
    if not finding.total:
        click.echo(f"ok      {name}")
        return
    click.echo(f"BROKEN  {name}: {finding.total} row{'s' if finding.total > 1 else ''}")
    click.echo(f"        {finding.invariant.meaning}")
    for row in finding.rows:
        click.echo(f"        {'  '.join(f'{column}={value}' for column, value in row.items())}")
    if finding.total > len(finding.rows):
        click.echo(f"        and {finding.total - len(finding.rows)} more")


def _plain(finding: Finding) -> dict[str, Any]:
    return {"name": finding.invariant.name, "found": finding.total, "rows": finding.rows}
