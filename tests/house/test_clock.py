"""The business clock: one offset that every process obeys, moved in practice only, never back over what was used."""

import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from app.domain import clock
from app.supervisor.clock import ClockRefused, move, parse_moment, parse_step, reset
from app.supervisor.daily import DailyBook
from config import Settings, load


@pytest.fixture
def settings(tmp_path: Path) -> Iterator[Settings]:
    """A practice installation whose database does not answer."""
    found = load({"EGESTION_DATA_DIR": str(tmp_path)})
    clock.configure(found.clock_file)
    yield found
    clock.configure(None)


def test_without_a_file_business_time_is_real_time(settings: Settings) -> None:
    assert abs(clock.business_now() - clock.real_now()) < timedelta(seconds=1)
    assert clock.business_now().tzinfo is UTC


def test_another_process_moved_it(settings: Settings) -> None:
    clock.business_now()
    clock.write_state(settings.clock_file, timedelta(days=3), clock.real_now())
    time.sleep(clock.LOOK_EVERY)
    assert abs(clock.business_now() - clock.real_now() - timedelta(days=3)) < timedelta(seconds=1)


def test_a_damaged_file_is_said(settings: Settings) -> None:
    settings.clock_file.write_text('{"offset": 1}')
    time.sleep(clock.LOOK_EVERY)
    with pytest.raises(ValueError, match="offset_seconds"):
        clock.business_now()


def test_it_moves_forward_and_a_set_moment_is_reached_at_once(settings: Settings) -> None:
    to = clock.real_now() + timedelta(days=2, milliseconds=400)
    assert to <= move(settings, to) < to + timedelta(seconds=2)


def test_never_back_over_what_was_used(settings: Settings) -> None:
    later = move(settings, clock.real_now() + timedelta(days=5))
    with pytest.raises(ClockRefused, match="business time was used until"):
        move(settings, later - timedelta(hours=1))
    assert clock.business_now() >= later


def test_reset_goes_home_and_says_what_was_later(settings: Settings) -> None:
    move(settings, clock.real_now() + timedelta(days=5))
    present, later = reset(settings)
    assert abs(present - clock.real_now()) < timedelta(seconds=2)
    assert later is not None
    assert reset(settings)[1] is None or reset(settings)[1] <= clock.business_now() + timedelta(seconds=1)


def test_in_production_it_does_not_move(tmp_path: Path) -> None:
    production = load({"EGESTION_ENV": "production", "EGESTION_DATA_DIR": str(tmp_path)})
    with pytest.raises(ClockRefused, match="practice only"):
        move(production, clock.real_now())
    with pytest.raises(ClockRefused, match="practice only"):
        reset(production)


def test_not_further_than_the_calendar_is_known(settings: Settings) -> None:
    with pytest.raises(ClockRefused, match="20 years"):
        move(settings, datetime(9999, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("text", "step"),
    [("1d", timedelta(days=1)), ("1d12h", timedelta(hours=36)), ("90s", timedelta(seconds=90)), ("2w", timedelta(14))],
)
def test_steps(text: str, step: timedelta) -> None:
    assert parse_step(text) == step


@pytest.mark.parametrize("text", ["", "1", "d", "-1d", "1.5d", "1d ", "1y"])
def test_no_steps(text: str) -> None:
    with pytest.raises(ValueError, match="say how far"):
        parse_step(text)


@pytest.mark.parametrize("text", ["999999w", "999999w" * 500])
def test_a_step_beyond_the_calendar_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="20 years at most"):
        parse_step(text)


@pytest.mark.parametrize("text", ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+14:00"])
def test_a_moment_at_the_edge_of_the_calendar_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="all days there are"):
        parse_moment(text)


def test_moments_without_a_zone_are_utc() -> None:
    assert parse_moment("2026-11-27") == datetime(2026, 11, 27, tzinfo=UTC)
    assert parse_moment("2026-11-27T21:00:00+01:00") == datetime(2026, 11, 27, 20, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_daily_tasks_catch_up_in_order(tmp_path: Path) -> None:
    book, hour = DailyBook(tmp_path / "daily.json"), at("2026-01-01T21:00").time()
    now = at("2026-11-24T20:30:00+01:00")
    assert list(book.due("remit", hour, "Europe/Paris", now)) == []
    now = at("2026-11-24T20:00:00+00:00")  # 21:00 in Paris
    assert [day.day for day in book.due("remit", hour, "Europe/Paris", now)] == [24]
    book.done("remit", now.date())
    assert list(book.due("remit", hour, "Europe/Paris", now)) == []
    assert [day.day for day in book.due("remit", hour, "Europe/Paris", now + timedelta(days=3))] == [25, 26, 27]


def test_a_failed_day_stays_due_and_lets_later_ones_pass(tmp_path: Path) -> None:
    book, hour = DailyBook(tmp_path / "daily.json"), at("2026-01-01T04:00").time()
    now = at("2026-11-24T12:00:00+00:00")

    def due() -> list[int]:
        return [day.day for day in book.due("x", hour, "UTC", now)]

    book.failed("x", at("2026-11-22").date())
    assert due() == [22, 23, 24]
    book.done("x", at("2026-11-23").date())
    book.failed("x", at("2026-11-24").date())
    assert due() == [22, 24]
    book.done("x", at("2026-11-22").date())
    assert due() == [24], "a repetition moves nothing back"
    book.done("x", at("2026-11-24").date())
    assert due() == []
    book.failed("x", at("2026-11-24").date())
    now += timedelta(days=60)
    assert 24 not in due()[:1], "too old: left to the commands"


def test_a_daily_task_after_the_clock_went_back_starts_with_today(tmp_path: Path) -> None:
    book, hour = DailyBook(tmp_path / "daily.json"), at("2026-01-01T04:00").time()
    book.done("journals", at("2027-01-01").date())
    now = at("2026-11-24T12:00:00+00:00")
    assert [day.day for day in book.due("journals", hour, "Europe/Paris", now)] == [24]


def test_a_lost_book_costs_a_repetition_only(tmp_path: Path) -> None:
    (tmp_path / "daily.json").write_text("{half")
    book = DailyBook(tmp_path / "daily.json")
    due = list(book.due("x", at("2026-01-01T04:00").time(), "UTC", at("2026-11-24T12:00:00+00:00")))
    assert [day.day for day in due] == [24]


def test_a_day_is_remembered_also_when_no_tasks_hour_came(tmp_path: Path) -> None:
    """Started after midnight, stopped before the night's tasks: what days off made up for is told since that day."""
    book, hour = DailyBook(tmp_path / "daily.json"), at("2026-01-02T04:00").time()
    book.lived(date(2026, 1, 2))
    assert book.last_day() == date(2026, 1, 2)
    assert list(book.due("verify", hour, "UTC", at("2026-01-02T01:00"))) == []
    assert list(book.due("verify", hour, "UTC", at("2026-01-02T05:00"))) == [date(2026, 1, 2)]
