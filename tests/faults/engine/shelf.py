"""The sales clients know of, as they last saw them; shared by all, so that several hands reach for the same one."""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping
from typing import Any

HOT = 60  # the youngest sales, at which most hands reach


class Shelf:
    """Sales by reference; of each the amounts that were asked for, since a sale is asked for the same amount once only:
    so the judge knows whose refund he sees."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sales: dict[str, Mapping[str, Any]] = {}
        self._asked: dict[str, set[int]] = {}

    def see(self, sale: Mapping[str, Any]) -> None:
        """Remember a sale as an answer showed it."""
        with self._lock:
            self._sales[sale["reference"]] = sale
            self._asked.setdefault(sale["reference"], set())

    def pick(self, chance: random.Random) -> Mapping[str, Any] | None:
        """Some sale, most often a young one."""
        with self._lock:
            references = list(self._sales)
            if not references:
                return None
            some = references[-HOT:] if chance.random() < 0.8 else references
            return self._sales[chance.choice(some)]

    def amount(self, chance: random.Random, reference: str, most: int) -> int | None:
        """An amount of 1 to `most` that nobody asked of this sale yet; None where none is left."""
        with self._lock:
            asked = self._asked[reference]
            for _ in range(20):
                wanted = most if chance.random() < 0.15 else chance.randint(1, max(1, most))
                if most > 0 and wanted not in asked:
                    asked.add(wanted)
                    return wanted
        return None
