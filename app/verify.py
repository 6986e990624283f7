"""`egestion verify`: every invariant that someone registered, each with its count; exit 0 when all hold, else 1."""

from __future__ import annotations

import json
from typing import Any

import click

from config import ConfigError, load

from .invariants import gather, line
from .ports import Evidence

__all__ = ["COMMANDS", "gather", "line", "verify"]


def as_data(checker: str, evidence: Evidence) -> dict[str, Any]:
    """Return one verdict as `--json` prints it."""
    return {
        "invariant": evidence.invariant,
        "ok": not evidence.wrong,
        "checked": evidence.checked,
        "wrong": list(evidence.wrong),
        "note": evidence.note,
        "checker": checker,
    }


@click.command()
@click.option("--json", "in_json", is_flag=True, help="One JSON array, naming everything that is wrong.")
def verify(in_json: bool) -> None:
    """Check the invariants of the books; exit 1 when one does not hold. Changes nothing; may run at any time."""
    from . import create_app

    try:
        app = create_app(load())
    except ConfigError as error:
        raise click.ClickException(str(error)) from None
    found = list(gather(app))
    if in_json:
        click.echo(json.dumps([as_data(*each) for each in found], ensure_ascii=False, indent=1))
    else:
        for _, evidence in found:
            click.echo(line(evidence))
    if not found or any(evidence.wrong for _, evidence in found):
        raise SystemExit(1)


#: What app/cli.py adds to the root group.
COMMANDS = (verify,)
