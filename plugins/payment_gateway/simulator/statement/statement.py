"""One day of an account: opening balance, what was booked, closing balance; one day's closing is the next one's opening."""

import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from app.domain.closed_days import is_closed

from ..schema import open_database
from .accounts import OPENING, Account
from .entries import GROSS, NET, Entry, entries_of
from .movements import of_merchant

LAYOUTS = (GROSS, NET)
_LAYOUT = "statement from "


@dataclass(frozen=True)
class Statement:
    """A bank day of an account; amounts in cents. `number` counts the account's bank days of the year, `first` is the
    number of the first entry since the account was opened."""

    account: Account
    day: date
    before: date
    number: int
    opening: int
    entries: Sequence[Entry]
    first: int

    @property
    def closing(self) -> int:
        return self.opening + sum(entry.amount for entry in self.entries)


def statement_of(data: Path, account: Account, day: date) -> Statement:
    """Return the statement of a day as known now: complete once the day is over, empty on a day the bank is closed."""
    with closing(open_database(data)) as database:
        booked = entries_of(of_merchant(database, account.merchant_id), account, _layouts(database))
    earlier = [entry for entry in booked if entry.booked < day]
    return Statement(
        account=account,
        day=day,
        before=_bank_day_before(day),
        number=sum(
            not is_closed(date.fromordinal(each))
            for each in range(date(day.year, 1, 1).toordinal(), day.toordinal() + 1)
        ),
        opening=OPENING + sum(entry.amount for entry in earlier),
        entries=[entry for entry in booked if entry.booked == day],
        first=len(earlier) + 1,
    )


def set_layout(data: Path, layout: str, now: datetime) -> None:
    """Book remittances gross or net from today's processing day on; what was processed before stays as it was booked."""
    from ..night import local_day

    with closing(open_database(data)) as database:
        database.execute(
            "INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            (f"{_LAYOUT}{local_day(now).isoformat()}", layout),
        )


def _layouts(database: sqlite3.Connection) -> Callable[[date], str]:
    rows = database.execute(
        "SELECT name, value FROM setting WHERE name LIKE ? ORDER BY name", (f"{_LAYOUT}%",)
    ).fetchall()
    since = [(date.fromisoformat(name.removeprefix(_LAYOUT)), value) for name, value in rows]

    def layout_on(day: date) -> str:
        return next((value for first, value in reversed(since) if first <= day), GROSS)

    return layout_on


def _bank_day_before(day: date) -> date:
    before = date.fromordinal(day.toordinal() - 1)
    while is_closed(before):
        before = date.fromordinal(before.toordinal() - 1)
    return before
