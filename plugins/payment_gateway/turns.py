"""Whose turn it is among what is due: what failed, or keeps a bank busy for long, goes behind all others, never before.

A sweep takes at most so many of what its query finds, the oldest first. What fails stays due, so without this as many
failures as a sweep takes would keep everything behind them from ever being reached.
"""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from typing import NamedTuple

import structlog

from app.database import is_away

log = structlog.get_logger(__name__)
SLOW = 10.0  # seconds after which one item has kept the others waiting
SLOW_MOST = 2  # such items of one merchant in a round; the rest of its items leaves the turn to others


class DueItem(NamedTuple):
    """The id of what is due, and whose it is."""

    id: int
    merchant_id: int


class Ended(NamedTuple):
    """What became of the items of one committed unit, by id; who else had at that moment is in none."""

    done: Sequence[int] = ()
    later: Sequence[int] = ()  # not their time yet
    failed: Sequence[int] = ()


Find = Callable[[int], Sequence[DueItem]]
"""At most so many of what is due, the oldest first."""


class Turns:
    """Remembers, as long as its process lives, what failed. Nothing depends on it but the order: the rows stay due."""

    def __init__(self) -> None:
        self._failed: dict[int, int] = {}  # tries by id, the longest untried first

    def take(self, find: Find, most: int) -> list[DueItem]:
        """Return at most `most` that are due: first what never failed, then what has waited longest since it failed."""
        asked = most + len(self._failed)
        found = {each.id: each for each in find(asked)}
        if len(found) < asked:  # that is all there is: what failed and is due no more is forgotten
            self._failed = {number: tries for number, tries in self._failed.items() if number in found}
        behind = list(self._failed)
        fresh = [each for number, each in found.items() if number not in self._failed]
        return [*fresh, *(found[number] for number in behind if number in found)][:most]

    def failed(self, number: int) -> int:
        """Put it behind all others; returns how often it has failed."""
        tries = self._failed.pop(number, 0) + 1
        self._failed[number] = tries
        return tries

    def behind(self, number: int) -> None:
        """Put it behind all others, though it has not failed: it is not its time yet."""
        self._failed[number] = self._failed.pop(number, 0)

    def done(self, number: int) -> None:
        """Forget it."""
        self._failed.pop(number, None)

    def serve(
        self,
        find: Find,
        most: int,
        do: Callable[[int, int], object],
        told: Callable[[DueItem, Exception], None],
        slow_most: float = SLOW_MOST,
    ) -> int:
        """Do (merchant, id) each of at most `most` that are due; returns how many were done or failed.

        An exception is `told` and the next is done, unless the database is away for all.
        When a merchant's items keep the bank busy for long, the rest of them waits for a later round, and leaves its place
        in this one to the others.
        """
        slow: Counter[int] = Counter()
        seen: set[int] = set()
        served, asked = 0, most
        while served < most:
            due = [each for each in self.take(find, asked) if each.id not in seen][: most - served]
            passed = [each for each in due if not self._serve(each, slow, slow_most, do, told)]
            served += len(due) - len(passed)
            if not passed:
                break
            seen |= {each.id for each in due}
            asked *= 2
        return served

    def _serve(
        self,
        item: DueItem,
        slow: Counter[int],
        slow_most: float,
        do: Callable[[int, int], object],
        told: Callable[[DueItem, Exception], None],
    ) -> bool:
        if slow[item.merchant_id] >= slow_most:
            self.behind(item.id)
            return False
        begun = time.monotonic()
        try:
            do(item.merchant_id, item.id)
        except Exception as error:
            self.failed(item.id)
            if is_away(error):
                raise
            self._tell(told, item, error)
        else:
            self.done(item.id)
        slow[item.merchant_id] += time.monotonic() - begun > SLOW
        return True

    def serve_merchants(
        self,
        find: Find,
        most: int,
        do: Callable[[int, Sequence[int]], Ended],
        told: Callable[[int, Sequence[int]], None] | None = None,
        tries: int = 1,
    ) -> int:
        """Do (merchant, ids) each merchant's items of at most `most` that are due in one unit; returns how many were taken.

        A unit that fails as a whole is tried again in halves, so that at last only what makes it fail is left out. Tries
        are counted when a unit is over, never before its commit; (merchant, ids) that have failed `tries` times are `told`.
        """
        due = self.take(find, most)
        by_merchant: dict[int, list[int]] = defaultdict(list)
        for item in due:
            by_merchant[item.merchant_id].append(item.id)
        for merchant_id, ids in by_merchant.items():
            stuck = [each for each in self._in_parts(merchant_id, ids, do) if self._failed[each] >= tries]
            if stuck and told is not None:
                try:
                    told(merchant_id, stuck)
                except Exception as error:  # told when it fails again
                    if is_away(error):
                        raise
                    log.error("failure_not_told", items=stuck, error=type(error).__name__, exc_info=error)
        return len(due)

    def _in_parts(self, merchant_id: int, ids: Sequence[int], do: Callable[[int, Sequence[int]], Ended]) -> list[int]:
        """Do all, in halves where it has to be; returns what failed, counted."""
        parts, until = [ids], time.monotonic() + SLOW * SLOW_MOST
        failed: list[int] = []
        while parts:
            part = parts.pop()
            if time.monotonic() > until:  # the other merchants have their turn
                ended = Ended(later=part)
            else:
                try:
                    ended = do(merchant_id, part)
                except Exception as error:  # one item's trouble is no other's
                    if is_away(error):
                        raise
                    if len(part) > 1:
                        parts += [part[len(part) // 2 :], part[: len(part) // 2]]
                        continue
                    log.error("unit_failed", merchant=merchant_id, item=part[0], exc_info=error)
                    ended = Ended(failed=part)
            for each in ended.done:
                self.done(each)
            for each in ended.later:
                self.behind(each)
            for each in ended.failed:
                self.failed(each)
            failed += ended.failed
        return failed

    @staticmethod
    def _tell(told: Callable[[DueItem, Exception], None], item: DueItem, error: Exception) -> None:
        try:
            told(item, error)
        except Exception as worse:  # it stays due, behind the others
            if is_away(worse):
                raise
            log.error("failure_not_told", item=item.id, error=type(worse).__name__, exc_info=worse)
