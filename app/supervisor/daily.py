"""Which day each daily task was last done, kept in the data folder: missed days are caught up, in order."""

import json
import os
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

LONGEST_CATCH_UP = 40  # days; after a longer sleep the oldest are left to the commands


class DailyBook:
    """`daily.json`: task name -> last day done. Losing it costs a repetition, which every task bears."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def _read(self) -> dict[str, str]:
        try:
            found = json.loads(self.path.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def due(self, name: str, at: time, zone: str, now: datetime) -> Iterator[date]:
        """The days whose hour has come and that are not done, oldest first. A task never seen starts with today; a
        clock that was set back starts again with today.
        """
        local = now.astimezone(ZoneInfo(zone))
        latest = local.date() if local.time() >= at else local.date() - timedelta(days=1)
        try:
            last = date.fromisoformat(self._read()[name])
        except (KeyError, ValueError, TypeError):
            last = local.date() - timedelta(days=1)
        if last > local.date():
            last = local.date() - timedelta(days=1)
        last = max(last, latest - timedelta(days=LONGEST_CATCH_UP))
        while last < latest:
            last += timedelta(days=1)
            yield last

    def done(self, name: str, day: date) -> None:
        """Remember it, in one step."""
        book = self._read() | {name: day.isoformat()}
        draft = self.path.with_name(f".{self.path.name}.{os.getpid()}")
        draft.write_text(json.dumps(book, sort_keys=True) + "\n", "utf-8")
        os.replace(draft, self.path)
