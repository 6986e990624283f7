"""Days on which the bank books nothing: weekends, TARGET closing days, extra days of an account."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.closed_days import add_bank_days, days_in, easter, is_closed, next_bank_day, target_closing_days


@pytest.mark.parametrize(
    "sunday",
    ["2000-04-23", "2008-03-23", "2011-04-24", "2019-04-21", "2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2038-04-25",
     "1954-04-18", "1981-04-19", "2049-04-18", "2076-04-19", "2285-03-22"],
)  # fmt: skip
def test_easter(sunday):
    assert easter(int(sunday[:4])) == date.fromisoformat(sunday)


def test_easter_is_a_sunday_in_its_five_weeks():
    for year in range(1900, 2300):
        assert easter(year).weekday() == 6
        assert date(year, 3, 22) <= easter(year) <= date(year, 4, 25)


def test_closing_days_of_target():
    assert sorted(target_closing_days(2026)) == [
        date(2026, 1, 1), date(2026, 4, 3), date(2026, 4, 6), date(2026, 5, 1), date(2026, 12, 25), date(2026, 12, 26),
    ]  # fmt: skip


def test_closed():
    assert is_closed(date(2026, 11, 28))
    assert is_closed(date(2026, 11, 29))
    assert is_closed(date(2026, 4, 6))
    assert not is_closed(date(2026, 7, 14))  # a holiday in France, a bank day in TARGET
    assert is_closed(date(2026, 7, 14), extra={date(2026, 7, 14)})


@pytest.mark.parametrize(
    ("day", "following"),
    [
        ("2026-11-24", "2026-11-25"),
        ("2026-11-27", "2026-11-30"),
        ("2026-11-28", "2026-11-30"),
        ("2026-04-02", "2026-04-07"),  # over Good Friday, the weekend, Easter Monday
        ("2026-12-24", "2026-12-28"),
        ("2026-12-31", "2027-01-04"),
        ("2027-04-30", "2027-05-03"),
    ],
)
def test_next_bank_day(day, following):
    assert next_bank_day(date.fromisoformat(day)) == date.fromisoformat(following)


def test_count_of_bank_days():
    assert add_bank_days(date(2026, 11, 28), 0) == date(2026, 11, 30)
    assert add_bank_days(date(2026, 11, 24), 0) == date(2026, 11, 24)
    assert add_bank_days(date(2026, 11, 26), 3) == date(2026, 12, 1)
    assert next_bank_day(date(2026, 7, 13), [date(2026, 7, 14)]) == date(2026, 7, 15)
    with pytest.raises(ValueError, match="forward"):
        add_bank_days(date(2026, 11, 24), -1)


def test_days_are_read_from_a_list():
    assert days_in("2026-12-24, 2026-12-24 2026-05-14") == [date(2026, 5, 14), date(2026, 12, 24)]
    assert days_in(None) == days_in(" ,") == []
    with pytest.raises(ValueError, match="isoformat"):
        days_in("24/12/2026")


@settings(max_examples=300, deadline=None)
@given(
    day=st.dates(date(2002, 1, 1), date(2100, 12, 31)),
    extra=st.sets(st.integers(1, 9), max_size=4),
    count=st.integers(0, 6),
)
def test_bank_days_are_open_and_none_is_skipped(day, extra, count):
    closed = {day + timedelta(days=n) for n in extra}
    found = add_bank_days(day, count, closed)
    assert not is_closed(found, closed)
    between = [day + timedelta(days=n) for n in range(1, (found - day).days + 1)]
    opened = sum(not is_closed(d, closed) for d in between)
    assert opened == (count or (1 if is_closed(day, closed) else 0))
