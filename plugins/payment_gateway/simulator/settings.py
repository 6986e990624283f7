"""The bank's lasting settings, kept in its store so that `egestion bank set` works on a running and on a stopped bank."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass, fields
from pathlib import Path

from .schema import open_database


@dataclass(frozen=True)
class Settings:
    """`night`: captures at 22:30 with the blackout around it, instead of at once. `latency_ms`: added to each answer.

    `late_ms`: how late the late answers come; `slow_byte_ms`: the pause between two bytes of a slow reply.
    """

    night: bool = False
    latency_ms: int = 0
    late_ms: int = 30_000
    slow_byte_ms: int = 1_000


LONGEST_MS = 600_000


class SettingError(ValueError):
    """A setting that does not exist or a value it cannot have; the text names it and may be shown."""


def load(database: sqlite3.Connection) -> Settings:
    """The settings in force."""
    stored = dict(database.execute("SELECT name, value FROM setting"))
    return Settings(
        night=stored.get("night") == "1",
        **{name: int(stored[name]) for name in ("latency_ms", "late_ms", "slow_byte_ms") if name in stored},
    )


def store(database: sqlite3.Connection, changes: dict[str, object]) -> None:
    """Write checked changes (see `checked`) in the caller's transaction."""
    database.executemany(
        "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        [(name, str(int(value)) if isinstance(value, bool) else str(value)) for name, value in changes.items()],
    )


def checked(changes: dict[str, object]) -> dict[str, object]:
    """The same changes when every name and value is right; raises SettingError naming the first that is not."""
    for name, value in changes.items():
        if name not in {field.name for field in fields(Settings)}:
            raise SettingError(f"{name}: no such setting")
        if name == "night":
            if not isinstance(value, bool):
                raise SettingError("night: true or false")
        elif type(value) is not int or not 0 <= value <= LONGEST_MS:
            raise SettingError(f"{name}: whole milliseconds from 0 to {LONGEST_MS}")
    return changes


def read_settings(data: Path) -> Settings:
    """The settings of the bank in a data folder, running or not."""
    with closing(open_database(data)) as database:
        return load(database)


def set_night(data: Path, on: bool) -> None:
    """Switch the bank's night on or off; a running bank obeys within half a second."""
    _set(data, {"night": on})


def set_latency(data: Path, milliseconds: int) -> None:
    """Make every answer take this much longer (0 to 600000 ms); a running bank obeys within half a second."""
    _set(data, {"latency_ms": milliseconds})


def _set(data: Path, changes: dict[str, object]) -> None:
    with closing(open_database(data)) as database:
        store(database, checked(changes))  # one row, one statement: committed by itself
