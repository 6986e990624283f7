"""The bank's night: when a refund it could not take yet may leave."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from app.domain.days import BLACKOUT_END, add_days, local_day

BANK = ZoneInfo("Europe/Paris")  # the platform's clock, wherever the merchant is (domain.md section 2 "Dates")


def refund_leaves_at(at: datetime) -> datetime:
    """Return the next end of the bank's night (23:05 by its own wall clock), in UTC."""
    today = local_day(at, BANK)
    ends = (datetime.combine(day, BLACKOUT_END, BANK).astimezone(UTC) for day in (today, add_days(today, 1)))
    return next(end for end in ends if end > at)
