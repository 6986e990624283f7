"""Running every invariant that someone registered (trust.md "Money"): for `egestion verify`, and every night."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

import structlog

from . import verdict
from .ports import Evidence

if TYPE_CHECKING:
    from flask import Flask

MOST_SHOWN = 10  # of what is wrong, on one line; `egestion verify --json` names all
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


def verify_books(day: date) -> None:
    """The nightly check (trust.md "Money"): what does not hold is an error in the log and in `/metrics`.

    An alarm belongs to a merchant; an invariant may concern several, or none, so it is told to who runs the service.
    """
    from flask import current_app

    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # werkzeug's proxy says so by name only
    found = list(gather(app))
    wrong = [line(evidence) for _, evidence in found if evidence.wrong]
    for text in wrong:
        log.error("invariant_broken", day=day.isoformat(), verdict=text)
    log.info("books_verified", day=day.isoformat(), invariants=len(found), wrong=len(wrong))
    verdict.write(app.extensions["settings"].data_dir, len(found), len(wrong))


def _number(invariant: str) -> int:
    digits = re.search(r"\d+", invariant)
    return int(digits[0]) if digits else 0
