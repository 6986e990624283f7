"""Giving every practice merchant what it lacks of a past: what `egestion demo` asks of the plug-in."""

from __future__ import annotations

import time
from collections.abc import Iterator

from config import Settings


def give_pasts(settings: Settings) -> Iterator[str]:
    """Write each practice merchant's past, once, and say how much it was; nothing for one that has its past."""
    from .past import SIZES, give_past, practice_merchants

    for merchant_id, short_name in practice_merchants():
        begun = time.monotonic()
        given = give_past(merchant_id, SIZES[short_name], settings.card_keys, settings.data_dir)
        if given is not None:
            took = round(time.monotonic() - begun)
            yield f"{short_name}: {given[0]:,} sales in {given[1]:,} rows, written in {took} s"
