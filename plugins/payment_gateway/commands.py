"""`egestion resolve`: ask the bank about everything uncertain, now."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence

import click

from .bank_commands import bank
from .lapses import expire_due
from .remittance.command import remit
from .resolution import MOST, open_operations, resolve_open
from .waiting import send_due

LONGEST_WAIT = 40.0  # seconds for operations still inside their deadline


@click.command("resolve")
def resolve() -> None:
    """Ask the bank about every operation without a certain outcome; waits, 40 s at most, for those still under way.

    Sales past their limit date lapse first, so that their release leaves with what waits to be sent.
    """
    until = time.monotonic() + LONGEST_WAIT
    asked = 0
    while True:
        asked += resolve_open()
        expire_due(MOST)
        send_due(MOST, slow_most=math.inf)  # a person waits for all of them
        under_way = open_operations().under_way
        if not under_way or time.monotonic() >= until:
            break
        time.sleep(0.5)
    left = open_operations()
    click.echo(f"asked the bank {asked} times; {left.uncertain} still uncertain, {left.under_way} under way")


COMMANDS: Sequence[click.Command] = (remit, resolve, bank)
