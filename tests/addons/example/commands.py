"""`egestion waiting-calls`."""

from __future__ import annotations

import click


@click.command("waiting-calls")
def waiting() -> None:
    """Say that the example answers."""
    click.echo("the example is loaded")
