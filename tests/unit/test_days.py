"""Days of 23 and 25 hours, deferral of at most six days, cut-off and blackout (domain.md section 2, "Dates")."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.brands import Initiation
from app.domain.days import (
    add_days,
    blackout,
    capture_date,
    check_capture_day,
    day_bounds,
    end_of_day,
    limit_date,
    local_day,
    validated_capture_date,
)
from app.domain.rejected import Rejected
from app.domain.states import CaptureMode

PARIS = ZoneInfo("Europe/Paris")
DAY = date(2026, 11, 24)
ZONES = [
    ZoneInfo(name)
    for name in ("Europe/Paris", "America/Santiago", "Pacific/Apia", "Asia/Beirut", "America/Havana", "UTC")
]
instants = st.integers(0, 19 * 365 * 86_400).map(lambda s: datetime(2012, 1, 1, tzinfo=UTC) + timedelta(seconds=s))


def paris(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PARIS).astimezone(UTC)


def test_local_day():
    assert local_day(datetime(2026, 11, 24, 22, 59, tzinfo=UTC), PARIS) == DAY
    assert local_day(datetime(2026, 11, 24, 23, 0, tzinfo=UTC), PARIS) == date(2026, 11, 25)
    with pytest.raises(ValueError, match="aware"):
        local_day(datetime(2026, 11, 24), PARIS)  # noqa: DTZ001 - what must be refused


@pytest.mark.parametrize(
    ("day", "start", "hours"),
    [
        (date(2026, 3, 29), datetime(2026, 3, 28, 23, tzinfo=UTC), 23),
        (date(2026, 10, 25), datetime(2026, 10, 24, 22, tzinfo=UTC), 25),
        (DAY, datetime(2026, 11, 23, 23, tzinfo=UTC), 24),
    ],
)
def test_bounds(day, start, hours):
    assert day_bounds(day, PARIS) == (start, start + timedelta(hours=hours))
    assert end_of_day(day, PARIS) == start + timedelta(hours=hours)


@settings(max_examples=500, deadline=None)
@given(instant=instants, zone=st.sampled_from(ZONES))
def test_every_instant_is_within_its_day(instant, zone):
    day = local_day(instant, zone)
    start, end = day_bounds(day, zone)
    assert start.tzinfo is end.tzinfo is UTC
    assert start <= instant < end
    assert local_day(start, zone) == day
    assert local_day(end, zone) > day
    assert day_bounds(add_days(day, 1), zone)[0] == end


def test_midnights_that_do_not_exist_or_come_twice():
    santiago = ZoneInfo("America/Santiago")
    assert day_bounds(date(2026, 9, 6), santiago)[0] == datetime(2026, 9, 6, 4, tzinfo=UTC)
    havana = ZoneInfo("America/Havana")
    start, end = day_bounds(date(2026, 11, 1), havana)
    assert end - start == timedelta(hours=25)


def test_limit_date():
    assert limit_date(CaptureMode.AUTHOR_CAPTURE, 3, DAY, "CB") == date(2026, 11, 30)
    assert limit_date(CaptureMode.IMMEDIATE, 0, DAY, "VISA") == date(2026, 11, 30)
    assert limit_date(CaptureMode.VALIDATION, 3, DAY, "CB") == date(2026, 11, 27)
    assert limit_date(CaptureMode.VALIDATION, None, DAY, "CB") == date(2026, 11, 30)
    assert limit_date(CaptureMode.VALIDATION, 0, DAY, "CB") == DAY
    assert limit_date("VALIDATION", 6, DAY, "MAESTRO") == date(2026, 11, 30)
    for mode in CaptureMode:  # five days from any hour of the 24th are over before the evening of the 29th
        assert limit_date(mode, 6, DAY, "VISA", Initiation.MERCHANT) == date(2026, 11, 28)
        assert limit_date(mode, 6, DAY, "CB", Initiation.MERCHANT) == date(2026, 11, 30)


@pytest.mark.parametrize("brand", ["CB", "VISA", "MASTERCARD", "AMEX"])
def test_deferral_is_within_the_limit(brand):
    for initiation in Initiation:
        for days in range(-1, 9):
            limit = limit_date(CaptureMode.AUTHOR_CAPTURE, days, DAY, brand, initiation)
            if DAY <= add_days(DAY, days) <= limit:
                check_capture_day(days, brand, initiation)
                continue
            with pytest.raises(Rejected) as caught:
                check_capture_day(days, brand, initiation)
            assert caught.value.message % caught.value.params


def test_refused_deferrals():
    with pytest.raises(Rejected, match="capture_day_invalid"):
        check_capture_day(7, "CB")
    with pytest.raises(Rejected, match="capture_day_invalid"):
        check_capture_day(-1, "MAESTRO")
    with pytest.raises(Rejected, match="capture_day_beyond_validity"):
        check_capture_day(5, "VISA", Initiation.MERCHANT)
    check_capture_day(4, "VISA", Initiation.MERCHANT)


@pytest.mark.parametrize(
    ("at", "capture_day", "expected"),
    [
        ("2026-11-24 20:59:59", 0, "2026-11-24"),
        ("2026-11-24 21:00", 0, "2026-11-25"),
        ("2026-11-24 23:59", 0, "2026-11-25"),
        ("2026-11-25 00:00", 0, "2026-11-25"),
        ("2026-11-24 23:59", 1, "2026-11-25"),
        ("2026-11-24 10:00", 6, "2026-11-30"),
        ("2026-12-31 21:30", 0, "2027-01-01"),
        ("2026-10-25 20:30", 0, "2026-10-25"),
        ("2026-03-29 21:00", 0, "2026-03-30"),
    ],
)
def test_capture_date(at, capture_day, expected):
    assert capture_date(paris(at), capture_day, PARIS, time(21)) == date.fromisoformat(expected)


def test_capture_date_of_an_approval_known_later():
    taken = paris("2026-11-24 10:00")
    limit = date(2026, 11, 30)

    def known(at: str, capture_day: int) -> date:
        return capture_date(taken, capture_day, PARIS, accepted_at=paris(at), limit=limit)

    assert known("2026-11-25 09:00", 3) == date(2026, 11, 27)
    assert known("2026-11-26 09:00", 0) == date(2026, 11, 26)
    assert known("2026-11-26 21:00", 0) == date(2026, 11, 27)
    assert known("2026-11-26 21:00", 2) == date(2026, 11, 27)
    assert known("2026-11-30 22:00", 6) == limit  # retried until the end of that day


def test_cut_off_of_the_merchants_zone():
    noumea = ZoneInfo("Pacific/Noumea")
    assert capture_date(datetime(2026, 11, 24, 9, 59, tzinfo=UTC), 0, noumea) == DAY
    assert capture_date(datetime(2026, 11, 24, 10, 0, tzinfo=UTC), 0, noumea) == add_days(DAY, 1)
    assert capture_date(datetime(2026, 11, 24, 10, 0, tzinfo=UTC), 0, noumea, time(22)) == DAY


def test_validated_capture_date():
    limit = date(2026, 11, 26)
    assert validated_capture_date(paris("2026-11-24 12:00"), limit, PARIS) == DAY
    assert validated_capture_date(paris("2026-11-24 21:00"), limit, PARIS) == date(2026, 11, 25)
    assert validated_capture_date(paris("2026-11-26 21:00"), limit, PARIS) == limit


@settings(max_examples=300, deadline=None)
@given(
    at=instants, wait=st.timedeltas(timedelta(), timedelta(days=5)), days=st.integers(0, 6), zone=st.sampled_from(ZONES)
)
def test_capture_date_is_never_past_nor_beyond_the_limit(at, wait, days, zone):
    limit = limit_date(CaptureMode.AUTHOR_CAPTURE, days, local_day(at, zone), "CB")
    chosen = capture_date(at, days, zone, accepted_at=at + wait, limit=limit)
    assert min(local_day(at + wait, zone), limit) <= chosen <= limit
    assert chosen >= add_days(local_day(at, zone), days)


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-11-24 21:54:59", None),
        ("2026-11-24 21:55", "2026-11-24 23:05"),
        ("2026-11-24 22:30", "2026-11-24 23:05"),
        ("2026-11-24 23:04:59", "2026-11-24 23:05"),
        ("2026-11-24 23:05", None),
        ("2026-03-29 22:00", "2026-03-29 23:05"),
        ("2026-10-25 22:00", "2026-10-25 23:05"),
    ],
)
def test_blackout(at, opens):
    assert blackout(paris(at), PARIS) == (paris(opens) if opens else None)


def test_blackout_over_midnight():
    start, end = time(23, 30), time(0, 30)
    assert blackout(paris("2026-11-24 23:45"), PARIS, start, end) == paris("2026-11-25 00:30")
    assert blackout(paris("2026-11-25 00:15"), PARIS, start, end) == paris("2026-11-25 00:30")
    assert blackout(paris("2026-11-25 00:30"), PARIS, start, end) is None
    assert blackout(paris("2026-11-25 12:00"), PARIS, start, end) is None


def test_blackout_where_the_clock_is_set_back_or_forward():
    back = datetime(2026, 10, 25, 1, 45, tzinfo=UTC)  # 02:45 for the second time
    assert blackout(back - timedelta(minutes=75), PARIS, time(2, 15), time(2, 45)) == back
    assert blackout(back - timedelta(minutes=30), PARIS, time(2, 15), time(2, 45)) == back
    assert blackout(back, PARIS, time(2, 15), time(2, 45)) is None
    forward = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)  # from 02:00 to 03:00 at once
    assert blackout(forward, PARIS, time(1, 50), time(2, 10)) == forward + timedelta(minutes=10)


@settings(max_examples=300, deadline=None)
@given(at=instants)
def test_blackout_opens_when_it_says(at):
    opens = blackout(at, PARIS)
    if opens:
        assert at < opens <= at + timedelta(minutes=70)
        assert blackout(opens, PARIS) is None
        assert blackout(opens - timedelta(microseconds=1), PARIS) == opens
    assert bool(opens) == (time(21, 55) <= at.astimezone(PARIS).time() < time(23, 5))
