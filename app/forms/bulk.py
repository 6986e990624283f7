"""Ticked rows of a list, as a form between the list and the verb sends them, and the key each of them is done under."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from ..domain.errors import InvalidInput
from ..domain.states import STORED
from ..domain.text import N_

MOST = 200  # rows a form between takes: what a person can look through, and what fits into one address
_LOOKED_AT = re.compile(r"([0-9]{1,9})(?::([A-Z_]{3,20}):([0-9]{1,12}))?", re.ASCII)
_KEYS = uuid.UUID("5b1a4f4e-7f0e-4a51-9d0a-6f7d2f3c9b10")


@dataclass(frozen=True, slots=True)
class Ticked:
    """A sale a person ticked, with the state and the amount (minor units) the page showed; None before it showed any."""

    sale_id: int
    state: str | None = None
    amount: int | None = None

    def __str__(self) -> str:
        return f"{self.sale_id}:{self.state}:{self.amount}"


def read_ticked(values: Iterable[str], *, looked_at: bool) -> list[Ticked]:
    """Return the ticked rows, each sale once, in their order.

    `looked_at`: each must say what was shown of it. Raises InvalidInput for what no page of ours sends, for none and for
    more than MOST.
    """
    rows: dict[int, Ticked] = {}
    for value in values:
        found = _LOOKED_AT.fullmatch(value)
        if found is None or (looked_at and found[2] not in STORED):
            raise InvalidInput.of("sale", "sale_invalid", N_("This form is not complete: load the page again."))
        number = int(found[1])
        rows.setdefault(number, Ticked(number, found[2], int(found[3]) if found[3] else None))
    if not rows:
        raise InvalidInput.of("sale", "nothing_ticked", N_("No row is ticked."))
    if len(rows) > MOST:
        raise InvalidInput.of("sale", "too_many", N_("At most %(most)s rows at a time."), most=MOST)
    return list(rows.values())


def row_key(key: str, verb: str, sale_id: int) -> str:
    """Return the key one row of a form is done under: the same form gives the same, so that a repeat does nothing twice."""
    return str(uuid.uuid5(_KEYS, f"{key}:{verb}:{sale_id}"))
