"""Work that finds itself, by the day or by query, and what `egestion verify` is told of an invariant."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, time


@dataclass(frozen=True, slots=True)
class DailyTask:
    """Work once a day at a local time of the merchant's zone; `run(day)` may run twice and must be caught up."""

    name: str
    at: time
    zone: str
    run: Callable[[date], None]


@dataclass(frozen=True, slots=True)
class Sweep:
    """Work found by query every `seconds`; returns how many items it took. May run on several machines at once."""

    name: str
    seconds: float
    run: Callable[[], int]


@dataclass(frozen=True, slots=True)
class Evidence:
    """One invariant's verdict for `egestion verify`."""

    invariant: str
    checked: int
    wrong: Sequence[str] = ()
    note: str = ""


Checker = Callable[[], Sequence[Evidence]]
