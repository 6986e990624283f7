"""When people order: more on weekdays, most before Christmas, least in August; by day and by hour."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

BY_WEEKDAY = (125, 106, 100, 103, 96, 36, 8)
BY_MONTH = (98, 86, 92, 94, 98, 96, 78, 60, 100, 112, 142, 178)
AFTER_CHRISTMAS = 55  # from the 21st of December on
HOURS = ((8, 5), (9, 12), (10, 15), (11, 14), (12, 5), (13, 6), (14, 12), (15, 12), (16, 10), (17, 7), (18, 4), (19, 2))
MONTHS = 15


def beginning(today: date) -> date:
    """Return the day 15 months before: the same day of the month, or the last one that month has."""
    months = today.year * 12 + today.month - 1 - MONTHS
    first = date(months // 12, months % 12 + 1, 1)
    following = date((months + 1) // 12, (months + 1) % 12 + 1, 1)
    return min(first + timedelta(days=today.day - 1), following - timedelta(days=1))


def weight(day: date) -> int:
    """Return how busy a day is, as a share of all others."""
    month = AFTER_CHRISTMAS if day.month == 12 and day.day > 20 else BY_MONTH[day.month - 1]
    return month * BY_WEEKDAY[day.weekday()]


def days_of_orders(rng: Random, first: date, last: date, orders: int) -> Sequence[date]:
    """Return the day of each of so many orders, in order; both ends included."""
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    return sorted(rng.choices(days, [weight(day) for day in days], k=orders))


def moment(rng: Random, day: date, zone: ZoneInfo) -> datetime:
    """Return an instant of the day at which somebody may call; on Saturdays and Sundays before one o'clock."""
    hours, weights = zip(*(HOURS if day.weekday() < 5 else HOURS[1:4]), strict=True)
    at = time(rng.choices(hours, weights)[0], rng.randrange(60), rng.randrange(60), rng.randrange(1_000_000))
    return datetime.combine(day, at, zone).astimezone(UTC)
