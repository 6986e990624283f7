"""The numbers that come after an order number, where they can be told."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .card_search import find_card_number

LONGEST = 32  # characters of an order number
_COUNTED = re.compile(r"(.*?)([0-9]{1,18})", re.ASCII | re.DOTALL)


def numbers_after(number: str | None) -> Iterator[str]:
    """Yield the numbers after one that ends in digits ("A-0099": "A-0100", …), without those that look like a card's.

    None after one there is nothing to count in, or where they become too long.
    """
    found = _COUNTED.fullmatch(number or "")
    if found is None:
        return
    for counted in range(int(found[2]) + 1, 10**18):
        proposed = found[1] + str(counted).zfill(len(found[2]))
        if len(proposed) > LONGEST:
            return
        if find_card_number(proposed) is None:
            yield proposed
