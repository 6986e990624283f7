"""The bank's night: when a refund it could not take yet may leave."""

from __future__ import annotations

from datetime import datetime, time
from zoneinfo import ZoneInfo

from app.domain.days import add_days, day_bounds, local_day

AFTER_THE_NIGHT = time(23, 5)  # the end of the live platform's blackout (domain.md section 2 "Dates")


def refund_leaves_at(zone_name: str, at: datetime) -> datetime:
    """Return the next 23:05 by the zone's wall clock, in UTC."""
    zone = ZoneInfo(zone_name)
    today = local_day(at, zone)
    for day in (today, add_days(today, 1)):
        leaves = datetime.combine(day, AFTER_THE_NIGHT, zone)
        if leaves > at:
            return leaves.astimezone(day_bounds(day, zone)[0].tzinfo)
    raise AssertionError("23:05 comes every day")
