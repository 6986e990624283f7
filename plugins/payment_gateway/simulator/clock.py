"""The bank's clock: real time plus one offset that `egestion clock` keeps in the data folder."""

import json
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
"""The platform's zone: its days, its night and its dates are those of Paris."""


class BankClock:
    """Business time. The file `{"offset_seconds": n}` is read again when it changes; missing means no offset.

    A file that cannot be read at this moment (being replaced, half written) leaves the last known offset in force.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._seen: tuple[int, int, int] | None = None
        self._offset = timedelta()

    def now(self) -> datetime:
        """The present in business time, aware, UTC."""
        self._look()
        return datetime.fromtimestamp(time.time(), UTC) + self._offset  # noqa: TID251 - this computer's own clock

    def _look(self) -> None:
        try:
            state = self._file.stat()
        except OSError:
            self._seen, self._offset = None, timedelta()
            return
        mark = (state.st_mtime_ns, state.st_size, state.st_ino)
        if mark == self._seen:
            return
        try:
            offset = timedelta(seconds=json.loads(self._file.read_text("utf-8"))["offset_seconds"])
            datetime.fromtimestamp(time.time(), UTC) + offset + timedelta(days=366)  # noqa: TID251 - is it a date at all
        except (OSError, ValueError, KeyError, TypeError, OverflowError):
            return
        self._seen, self._offset = mark, offset
