"""Parameters of lists that several share, and how a day becomes instants of a merchant's zone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement

from ...domain.days import day_bounds
from ...domain.errors import FieldError, InvalidInput
from ...domain.field_kinds import Day, Errors, Text, Whole
from ...domain.fields import SHORT_NAME_FORM, Field, read_query
from ...domain.text import N_
from .cursor import LONGEST, read_cursor
from .keyset import Sort
from .merchants import MerchantFacts

LARGEST_PAGE = 200
DEFAULT_PAGE = 50
# Days beyond these have no instants in every zone; nothing was ever sold on them.
FIRST_DAY, LAST_DAY = date(1970, 1, 2), date(9000, 1, 1)

CONTRACT = Field(
    "contract",
    Text(15, pattern="[0-9A-Z]{3,15}", message=N_("A contract number has 3 to 15 capital letters or digits.")),
)
MERCHANT = Field(
    "merchant",
    Text(20, pattern="[A-Z0-9]{2,20}", message=SHORT_NAME_FORM),
    about="short name; default: all of the caller's",
)
DAYS = (
    Field("date_from", Day(), about="first day, in the merchant's zone"),
    Field("date_to", Day(), about="last day, included"),
)
PAGING = (
    Field(
        "cursor",
        Text(LONGEST, pattern="[A-Za-z0-9_-]+", message=N_("This is no cursor: give next_cursor of the page before.")),
        about="next_cursor of the page before",
    ),
    Field("page_size", Whole(1, LARGEST_PAGE), about=f"default {DEFAULT_PAGE}"),
)


class NoSuchPage(InvalidInput):
    """A cursor of another list or order, or none at all: there is no such place in this list."""

    code = "cursor_invalid"
    message = N_("This is no cursor of this list in this order; begin with its first page.")

    def __init__(self) -> None:
        super().__init__([FieldError("cursor", self.code, self.message)])


def read_parameters(
    fields: Sequence[Field], args: Mapping[str, Sequence[str]], sorts: Mapping[str, Sort]
) -> dict[str, Any]:
    """Return the values given in a query, with `sort` the Sort chosen and `cursor` the Position.

    Raises InvalidInput naming every wrong parameter, NoSuchPage for a cursor of another list.
    """
    errors: Errors = []
    values = read_query(fields, args, errors)
    first, last = values.get("date_from"), values.get("date_to")
    if first is not None and last is not None and last < first:
        errors.append(FieldError("date_to", "before_date_from", N_("The last day lies before the first.")))
    if errors:
        raise InvalidInput(errors)
    sort = values["sort"] = sorts[values.get("sort") or next(iter(sorts))]
    if values.get("cursor") is not None:
        try:
            values["cursor"] = read_cursor(values["cursor"], sort.name, sort.kinds)
        except ValueError:
            raise NoSuchPage() from None
    return values


def without_blanks(args: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """Return a page's query without the inputs of its form that were left empty."""
    filled = {name: [text for text in texts if text.strip()] for name, texts in args.items()}
    return {name: texts for name, texts in filled.items() if texts}


def between(
    column: Any, date_from: date | None, date_to: date | None, merchants: Sequence[MerchantFacts]
) -> list[ColumnElement[bool]]:
    """Return the conditions that an instant lies on these local days, both included, of merchants that share a zone."""
    zone = merchants[0].zone_info
    conditions: list[ColumnElement[bool]] = []
    if date_from is not None:
        conditions.append(column >= day_bounds(_within(date_from), zone)[0])
    if date_to is not None:
        conditions.append(column < day_bounds(_within(date_to), zone)[1])
    return conditions


def starts_with(column: Any, key: str) -> list[ColumnElement[bool]]:
    """Return the conditions that a key column (collation C) begins with `key`: a range, which reaches an index."""
    return [column >= key, column < key + chr(0x10FFFF)]


def _within(day: date) -> date:
    return min(max(day, FIRST_DAY), LAST_DAY)
