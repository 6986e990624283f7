"""A day given to a command: one the calendar of bank days is known for, else a line that says so."""

from __future__ import annotations

from datetime import datetime

import click

FIRST, LAST = 2000, 2999  # years; the pages of the calendar know the same


def day_option(context: click.Context, parameter: click.Parameter, value: datetime | None) -> datetime | None:
    """Callback of a `--date`: what stands in no calendar is refused before anything is done."""
    if value is not None and not FIRST <= value.year <= LAST:
        raise click.BadParameter(f"a day of the years {FIRST} to {LAST}", context, parameter)
    return value
