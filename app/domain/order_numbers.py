"""The number that comes after an order number, where one can be told."""

from __future__ import annotations

import re

from .card_search import find_card_number

LONGEST = 32  # characters of an order number
_COUNTED = re.compile(r"(.*?)([0-9]{1,18})", re.ASCII | re.DOTALL)


def next_number(number: str | None) -> str | None:
    """Return the number after one that ends in digits ("A-0099": "A-0100"); None where there is none to propose."""
    found = _COUNTED.fullmatch(number or "")
    if found is None:
        return None
    counted = str(int(found[2]) + 1).zfill(len(found[2]))
    proposed = found[1] + counted
    return proposed if len(proposed) <= LONGEST and find_card_number(proposed) is None else None
