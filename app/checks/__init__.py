"""The core's own invariants (trust.md "Money"): I1, I5, I6, I7, I10, I11, I13, read in one snapshot by the check role."""

from __future__ import annotations

from collections.abc import Sequence

from flask import current_app

from ..plugin import Registry
from ..ports import Evidence
from . import amounts, history, ledgers, limits, merchants, outbox
from .reading import snapshot

__all__ = ["core_invariants", "register"]


def core_invariants() -> Sequence[Evidence]:
    """Check everything the core can say without asking a bank. Raises CheckImpossible without a check role."""
    settings = current_app.extensions["settings"]
    files_before = outbox.files(settings)
    with snapshot(settings) as connection:
        return [
            amounts.check_sizes(connection),
            amounts.check_sums(connection),
            ledgers.check_guards(connection, settings),
            history.check_chain(connection),
            history.check_transitions(connection),
            outbox.check(connection, settings, files_before),
            limits.check(connection, settings),
            merchants.check(connection),
        ]


def register(registry: Registry) -> None:
    """Give the registry the core's checker."""
    registry.add_checker("core", core_invariants)
