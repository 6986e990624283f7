"""`egestion verify`: every invariant that someone registered, each with its count; exit 0 when all hold, else 1."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click
import structlog

from config import ConfigError, load

from .ports import Evidence

if TYPE_CHECKING:
    from flask import Flask

MOST_SHOWN = 10  # of what is wrong, on one line; --json names all
log = structlog.get_logger(__name__)


def gather(app: Flask) -> Iterator[tuple[str, Evidence]]:
    """Run every registered checker and give (checker, verdict), sorted by invariant.

    A checker that fails is a verdict too: its invariants are not known to hold.
    """
    from .checks.reading import CheckImpossible
    from .plugin import registry

    found: list[tuple[str, Evidence]] = []
    with app.app_context():
        for name, checker in sorted(registry().checkers.items()):
            try:
                found += [(name, evidence) for evidence in checker()]
            except CheckImpossible as error:
                found.append((name, Evidence("I?", 0, [str(error)], name)))
            except Exception as error:  # one checker's trouble must not hide what the others find
                log.error("checker_failed", checker=name, exc_info=error)
                found.append((name, Evidence("I?", 0, [f"could not be checked: {type(error).__name__}"], name)))
    yield from sorted(found, key=lambda pair: (_number(pair[1].invariant), pair[1].invariant, pair[1].note))


def line(evidence: Evidence) -> str:
    """Write one verdict as people read it: `I1 ok 5,123 checked (…)` or `I1 WRONG 2: …`."""
    note = f" ({evidence.note})" if evidence.note else ""
    if not evidence.wrong:
        return f"{evidence.invariant} ok {evidence.checked:,} checked{note}"
    shown = "; ".join(evidence.wrong[:MOST_SHOWN])
    more = len(evidence.wrong) - MOST_SHOWN
    return (
        f"{evidence.invariant} WRONG {len(evidence.wrong):,}: {shown}{f'; and {more:,} more' if more > 0 else ''}{note}"
    )


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


def _number(invariant: str) -> int:
    digits = re.search(r"\d+", invariant)
    return int(digits[0]) if digits else 0
