"""The one clock. Business time is real time plus one offset kept in the data folder; every process obeys it.

Practice moves the offset (`egestion clock`), so that a day, six days or 15 months can be walked through. Leases,
deadlines, time-outs, sessions and tokens never use business time: they take `real_now()` or `time.monotonic()`.
"""

import json
import math
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

LOOK_EVERY = 0.2  # seconds between two looks at the file: how late a process may notice that the clock was moved


class _Offset:
    """The offset as last read from its file. Threads may race here: each would read the same file, none a half one."""

    def __init__(self) -> None:
        self.path: Path | None = None
        self.value = timedelta()
        self.looked = float("-inf")
        self.seen: tuple[int, int] | None = None

    def current(self) -> timedelta:
        path = self.path
        if path is None:
            return timedelta()
        moment = time.monotonic()
        if moment - self.looked >= LOOK_EVERY:
            self.looked = moment
            try:
                status = os.stat(path)
            except FileNotFoundError:
                self.seen, self.value = None, timedelta()
                return self.value
            if (status.st_mtime_ns, status.st_ino) != self.seen:
                self.value = timedelta(seconds=read_state(path)["offset_seconds"])
                self.seen = (status.st_mtime_ns, status.st_ino)
        return self.value


_offset = _Offset()


def configure(path: Path | None) -> None:
    """Say where the offset is kept (`Settings.clock_file`), once per process; None: business time is real time."""
    _offset.path = path
    _offset.looked = float("-inf")
    _offset.seen = None


def real_now() -> datetime:
    """Aware UTC time of the machine: leases, deadlines, sessions, tokens."""
    return datetime.now(UTC)


def business_now() -> datetime:
    """Aware UTC time of the business: dates and timestamps of orders, operations, remittances, journals."""
    return real_now() + _offset.current()


def read_state(path: Path) -> dict[str, int]:
    """The file's `offset_seconds` and `high_water` (Unix seconds of the latest business time known to have been
    reached); zeros where there is no file. Raises ValueError when the file is damaged.
    """
    try:
        found = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return {"offset_seconds": 0, "high_water": 0}
    if not isinstance(found, dict) or not isinstance(found.get("offset_seconds"), int):
        raise ValueError(f'{path} must hold {{"offset_seconds": <whole number>}}')
    return {"offset_seconds": found["offset_seconds"], "high_water": int(found.get("high_water", 0))}


def write_state(path: Path, offset: timedelta, high_water: datetime) -> None:
    """Replace the file in one step (a reader sees the old or the new one) and obey it at once in this process.

    The offset is kept in whole seconds, rounded up: a moment that was set is reached at once, not in a second."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    state = {"offset_seconds": math.ceil(offset.total_seconds()), "high_water": int(high_water.timestamp())}
    path.parent.mkdir(parents=True, exist_ok=True)
    draft.write_text(json.dumps(state) + "\n", "utf-8")
    os.replace(draft, path)
    _offset.looked = float("-inf")
