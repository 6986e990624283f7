"""Which day each daily task was last done, kept in the data folder: missed days are caught up, in order."""

import json
import os
import time as clock
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

FAILED, LIVED = "failed", "lived"  # no task is called so
FIRST_PAUSE, LONGEST_PAUSE = 60.0, 3600.0  # seconds
LONGEST_CATCH_UP = 40  # days; after a longer sleep the oldest are left to the commands


class DailyBook:
    """`daily.json`: task name -> last day tried; under "failed", task name -> the days before it that failed; under
    "lived" the last day on which the scheduler ran.

    A failed day holds back no later one: it stays due until it is done or too old. Losing the book costs a repetition,
    which every task bears.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def _read(self) -> dict[str, Any]:
        try:
            found = json.loads(self.path.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def due(self, name: str, at: time, zone: str, now: datetime) -> Iterator[date]:
        """The days whose hour has come and that are not done, oldest first. A task never seen starts with today; a
        clock that was set back starts again with today.
        """
        local, book = now.astimezone(ZoneInfo(zone)), self._read()
        latest = local.date() if local.time() >= at else local.date() - timedelta(days=1)
        oldest = latest - timedelta(days=LONGEST_CATCH_UP)
        last = _day(book.get(name)) or local.date() - timedelta(days=1)
        if last > local.date():
            last = local.date() - timedelta(days=1)
        yield from (day for day in _failed(book, name) if oldest < day <= min(last, latest))
        last = max(last, oldest)
        while last < latest:
            last += timedelta(days=1)
            yield last

    def last_day(self) -> date | None:
        """The last day on which the scheduler ran or tried any task; None where it never did."""
        days = [day for name, text in self._read().items() if name != FAILED and (day := _day(text))]
        return max(days, default=None)

    def lived(self, day: date) -> None:
        """Remember that the scheduler runs on this day, be its tasks' hour come or not."""
        book = self._read()
        if book.get(LIVED) != day.isoformat():
            self._write(book | {LIVED: day.isoformat()})

    def done(self, name: str, day: date) -> None:
        """Remember it, in one step."""
        self._note(name, day, failed=False)

    def failed(self, name: str, day: date) -> None:
        """Remember that the day was tried and failed: it is due again, and the days after it are due too."""
        self._note(name, day, failed=True)

    def _note(self, name: str, day: date, *, failed: bool) -> None:
        book = self._read()
        days = {each for each in _failed(book, name) if each > day - timedelta(days=LONGEST_CATCH_UP)} - {day}
        again = _failed(book, name)
        if not (day in again and (last := _day(book.get(name))) and last >= day):  # a repetition moves nothing on
            book[name] = day.isoformat()
        if failed:
            days.add(day)
        everything = book.get(FAILED)
        kept = dict(everything) if isinstance(everything, dict) else {}
        kept[name] = sorted(each.isoformat() for each in days)
        book[FAILED] = {task: listed for task, listed in kept.items() if listed}
        self._write(book)

    def _write(self, book: dict[str, Any]) -> None:
        draft = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        draft.write_text(json.dumps(book, sort_keys=True) + "\n", "utf-8")
        os.replace(draft, self.path)


class BackOff:
    """When a day of a task that failed is tried again: after 1 minute, then 2, 4 … at most an hour (real time)."""

    def __init__(self) -> None:
        self._tries: dict[tuple[str, date], tuple[int, float]] = {}

    def waits(self, name: str, day: date) -> bool:
        """Whether it is too early to try this day again."""
        return self._tries.get((name, day), (0, float("-inf")))[1] > clock.monotonic()

    def failed(self, name: str, day: date) -> float:
        """Note a failure; returns the seconds until the next try."""
        tries = self._tries.get((name, day), (0, 0.0))[0]
        seconds = min(FIRST_PAUSE * 2.0**tries, LONGEST_PAUSE)
        self._tries[name, day] = (tries + 1, clock.monotonic() + seconds)
        return seconds

    def done(self, name: str, day: date) -> None:
        """Forget it."""
        self._tries.pop((name, day), None)


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _failed(book: dict[str, Any], name: str) -> list[date]:
    everything = book.get(FAILED)
    listed = everything.get(name) if isinstance(everything, dict) else None
    return sorted(day for text in listed if (day := _day(text))) if isinstance(listed, list) else []
