"""Days on which the bank books nothing: they move value dates and expected credits, never a remittance.

Saturday, Sunday, and the closing days of the euro area's TARGET system, unchanged since 2002 (ECB): 1 January, Good
Friday, Easter Monday, 1 May, 25 and 26 December. An account may have extra days, given as data.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from functools import lru_cache


def easter(year: int) -> date:
    """Return Easter Sunday of a Gregorian year (the computation of J.-M. Oudin, 1940)."""
    century = year // 100
    golden = year % 19
    k = (century - 17) // 25
    epact = (century - century // 4 - (century - k) // 3 + 19 * golden + 15) % 30
    epact -= (epact // 28) * (1 - (epact // 28) * (29 // (epact + 1)) * ((21 - golden) // 11))
    weekday = (year + year // 4 + epact + 2 - century + century // 4) % 7
    after = epact - weekday
    month = 3 + (after + 40) // 44
    return date(year, month, after + 28 - 31 * (month // 4))


@lru_cache(maxsize=64)
def target_closing_days(year: int) -> frozenset[date]:
    """Return the six closing days of TARGET in the year (some may fall on a weekend)."""
    sunday = easter(year)
    fixed = {date(year, month, day) for month, day in ((1, 1), (5, 1), (12, 25), (12, 26))}
    return frozenset(fixed | {sunday - timedelta(days=2), sunday + timedelta(days=1)})


def is_closed(day: date, extra: Collection[date] = ()) -> bool:
    """Return whether the bank books nothing on the day."""
    return day.weekday() >= 5 or day in target_closing_days(day.year) or day in extra


def add_bank_days(day: date, count: int, extra: Collection[date] = ()) -> date:
    """Return the `count`-th bank day after `day`; with 0 the day itself, or the first bank day after it when closed."""
    if count < 0:
        raise ValueError("bank days are counted forward")
    while is_closed(day, extra) and not count:
        day += timedelta(days=1)
    for _ in range(count):
        day += timedelta(days=1)
        while is_closed(day, extra):
            day += timedelta(days=1)
    return day


def next_bank_day(day: date, extra: Collection[date] = ()) -> date:
    """Return the first bank day after `day` (never `day` itself)."""
    return add_bank_days(day, 1, extra)


def days_in(text: str | None) -> list[date]:
    """Return the days of a list like "2026-12-24, 2027-05-14", each once, ascending; raises ValueError for anything else."""
    return sorted({date.fromisoformat(part) for part in (text or "").replace(",", " ").split()})
