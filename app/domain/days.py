"""Days and instants: a merchant's day is the local date in its zone, an instant is aware UTC.

A day in Europe/Paris has 23, 24 or 25 hours, so a day's end is never its start plus 24 hours. The rules of deferral
and remittance (domain.md section 2, "Dates") that need a bank's closed days are in `closed_days`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from .brands import Initiation, validity_days
from .rejected import Rejected
from .states import CaptureMode
from .text import N_

MAX_CAPTURE_DAY = 6  # the bank's contract: remittance deferred by at most six days
DEFAULT_CUT_OFF = time(21, 0)
BLACKOUT_START, BLACKOUT_END = time(21, 55), time(23, 5)


def local_day(instant: datetime, zone: tzinfo) -> date:
    """Return the date of an aware instant in the zone; raises ValueError for a naive one."""
    return _local(instant, zone).date()


def add_days(day: date, count: int) -> date:
    """Return the calendar date `count` days later (earlier when negative)."""
    return day + timedelta(days=count)


def months_before(day: date, count: int) -> date:
    """Return the same day `count` months earlier, the month's last day where it has no such day."""
    month = day.year * 12 + day.month - 1 - count
    year, month = divmod(month, 12)
    last = add_days(date(year + (month == 11), (month + 1) % 12 + 1, 1), -1)
    return min(date(year, month + 1, min(day.day, last.day)), last)


def day_bounds(day: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """Return the day's first instant and the next day's first instant, both UTC: start <= instant < end is the day."""
    return _instant(day, time(), zone), _instant(add_days(day, 1), time(), zone)


def end_of_day(day: date, zone: tzinfo) -> datetime:
    """Return the UTC instant from which the day is over: a sale whose limit_date is `day` expires then."""
    return day_bounds(day, zone)[1]


def check_capture_day(capture_day: int, brand: str, initiation: Initiation = Initiation.CUSTOMER) -> None:
    """Raise Rejected (capture_day_invalid, capture_day_beyond_validity) for a deferral that is not possible.

    A deferral is 0 to 6 calendar days and ends on a day the authorisation of that brand and initiation still holds.
    """
    if not 0 <= capture_day <= MAX_CAPTURE_DAY:
        text = N_("The remittance can be deferred by 0 to %(most)s days.")
        raise Rejected("capture_day_invalid", text, field="capture_day", most=MAX_CAPTURE_DAY)
    most = last_day_of_validity(brand, initiation)
    if capture_day > most:
        text = N_("An authorisation of this kind holds too short: at most %(most)s days of deferral.")
        raise Rejected("capture_day_beyond_validity", text, field="capture_day", most=most)


def last_day_of_validity(brand: str, initiation: Initiation) -> int:
    """Return the last day, counted from the day of authorisation as 0, on the whole of which an authorisation holds.

    Validity runs from the hour of authorisation; 7 days from a morning end in the morning of day 7, before the evening's
    remittance. So the last whole day is validity - 1: 6 for 7 days, the bank's own maximum.
    """
    return validity_days(brand, initiation) - 1


def limit_date(
    mode: str, capture_day: int | None, day: date, brand: str, initiation: Initiation = Initiation.CUSTOMER
) -> date:
    """Return the last day on which a sale authorised on `day` may be remitted; after its end the sale is EXPIRED.

    `day` + 6; in VALIDATION mode `day` + capture_day (6 when None); never beyond the authorisation's validity.
    """
    deferral = MAX_CAPTURE_DAY
    if mode == CaptureMode.VALIDATION and capture_day is not None:
        deferral = capture_day
    return add_days(day, min(deferral, last_day_of_validity(brand, initiation)))


def capture_date(
    authorised_at: datetime,
    capture_day: int,
    zone: tzinfo,
    cut_off: time = DEFAULT_CUT_OFF,
    *,
    accepted_at: datetime | None = None,
    limit: date | None = None,
) -> date:
    """Return the day an AUTHOR_CAPTURE sale is remitted: max(planned, today), tomorrow when today's cut-off is past.

    `planned` is the local day of `authorised_at` + capture_day; today is that of `accepted_at`, when the approval became
    known (a PENDING one may be days later; default: authorised_at). Never beyond `limit` (the sale's limit_date): what
    reaches its limit today is retried until the day's end.
    """
    planned = add_days(local_day(authorised_at, zone), capture_day)
    soonest = next_remittance(accepted_at or authorised_at, zone, cut_off)
    chosen = max(planned, soonest)
    return chosen if limit is None else min(chosen, limit)


def next_remittance(now: datetime, zone: tzinfo, cut_off: time = DEFAULT_CUT_OFF) -> date:
    """Return the day whose remittance takes what is ready `now`: today, tomorrow from the cut-off on."""
    local = _local(now, zone)
    return add_days(local.date(), 1) if local.time() >= cut_off else local.date()


def validated_capture_date(now: datetime, limit: date, zone: tzinfo, cut_off: time = DEFAULT_CUT_OFF) -> date:
    """Return the day a sale validated `now` is remitted: today, tomorrow after cut-off, never beyond its limit_date."""
    return min(next_remittance(now, zone, cut_off), limit)


def blackout(now: datetime, zone: tzinfo, start: time = BLACKOUT_START, end: time = BLACKOUT_END) -> datetime | None:
    """Return the UTC instant at which cash operations open again, or None while they are open.

    Closed from `start` (included) to `end` (excluded) by the zone's wall clock, every day, over midnight when end <=
    start; where the clock is put forward or back inside the window, closed for the longest reading.
    """
    today = local_day(now, zone)
    for day in (add_days(today, -1), today):
        last = add_days(day, 1) if end <= start else day
        closes = min(_instant(day, start.replace(fold=fold), zone) for fold in (0, 1))
        opens = max(_instant(last, end.replace(fold=fold), zone) for fold in (0, 1))
        if closes <= now < opens:
            return opens
    return None


def _local(instant: datetime, zone: tzinfo) -> datetime:
    if instant.utcoffset() is None:
        raise ValueError("an aware instant is needed")
    return instant.astimezone(zone)


def _instant(day: date, wall: time, zone: tzinfo) -> datetime:
    # Fold 0: a midnight that comes twice is the first, one that does not exist the instant at which the clock jumps.
    return datetime.combine(day, wall, zone).astimezone(UTC)
