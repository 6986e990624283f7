"""Where a page ended, as an opaque text: the sort, its values and the id of the row the next page begins after."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

LONGEST = 400  # characters of a cursor
LARGEST_ID = 2**31 - 1
LARGEST_AMOUNT = 2**63 - 1
_BACK = "<"


@dataclass(frozen=True, slots=True)
class Position:
    """A row at the edge of a page: values of the sort's columns (None: it has none), id, and which way the page lies."""

    values: tuple[Any, ...]
    id: int
    back: bool = False  # the page before this row, not after it


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
    """Return the text a client sends back for the page at this position."""
    plain = [value.isoformat() if isinstance(value, date) else value for value in position.values]
    parts = [sort, *plain, position.id, *([_BACK] if position.back else [])]
    text = json.dumps(parts, separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def read_cursor(text: str, sort: str, kinds: Sequence[type]) -> Position:
    """Return the position in a cursor written for the same sort, whose columns hold `kinds`; raises ValueError.

    A cursor carries no right: a forged one is another place in the same list.
    """
    if len(text) > LONGEST:
        raise ValueError("too long")
    try:
        found = json.loads(base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), b"-_", validate=True))
        back = len(found) == len(kinds) + 3 and found[-1] == _BACK
        written_for, *values, row = found[:-1] if back else found
        if written_for != sort or isinstance(row, bool) or not isinstance(row, int) or not 0 < row <= LARGEST_ID:
            raise ValueError("another list's cursor")
        read = [None if value is None else _READERS[kind](value) for kind, value in zip(kinds, values, strict=True)]
        return Position(tuple(read), row, back)
    except (TypeError, KeyError, OverflowError, RecursionError, binascii.Error, UnicodeError) as error:
        raise ValueError("no cursor") from error
