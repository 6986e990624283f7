"""Where a page ended, as an opaque text: the sort, its value and the id of the last row."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

LONGEST = 400  # characters of a cursor
LARGEST_ID = 2**31 - 1
LARGEST_AMOUNT = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Position:
    """The last row of a page: value of the sort column (None: it has none) and id."""

    value: Any
    id: int


def _moment(value: str) -> datetime:
    moment = datetime.fromisoformat(value)
    if moment.tzinfo is None:
        raise ValueError
    return moment


def _number(value: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or abs(value) > LARGEST_AMOUNT:
        raise ValueError
    return value


def _word(value: str) -> str:
    if not isinstance(value, str) or len(value) > 64 or not value.isprintable():
        raise ValueError
    return value


_READERS: Mapping[type, Callable[[Any], Any]] = MappingProxyType(
    {datetime: _moment, date: date.fromisoformat, int: _number, str: _word}
)


def write_cursor(sort: str, position: Position) -> str:
    """Return the text a client sends back for the next page."""
    value = position.value
    plain = value.isoformat() if isinstance(value, date) else value
    text = json.dumps([sort, plain, position.id], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def read_cursor(text: str, sort: str, kind: type) -> Position:
    """Return the position in a cursor written for the same sort, whose column holds `kind`; raises ValueError.

    A cursor carries no right: a forged one is another place in the same list.
    """
    if len(text) > LONGEST:
        raise ValueError("too long")
    try:
        found = json.loads(base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), b"-_", validate=True))
        written_for, value, row = found
        if written_for != sort or isinstance(row, bool) or not isinstance(row, int) or not 0 < row <= LARGEST_ID:
            raise ValueError("another list's cursor")
        return Position(None if value is None else _READERS[kind](value), row)
    except (TypeError, OverflowError, RecursionError, binascii.Error, UnicodeError) as error:
        raise ValueError("no cursor") from error
