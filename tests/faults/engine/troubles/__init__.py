"""Everything that goes wrong in a run, by what it befalls."""

from __future__ import annotations

from . import bank, database, deaths, doorbells, hours, line, mails, points
from .kinds import Site, Trouble

__all__ = ["ALL", "Site", "Trouble"]

ALL: tuple[Trouble, ...] = (
    *line.TROUBLES, *bank.TROUBLES, *points.TROUBLES, *database.TROUBLES, *doorbells.TROUBLES, *deaths.TROUBLES,
    *mails.TROUBLES, *hours.TROUBLES,
)  # fmt: skip
