"""The searches of generated lists: few operators, each of which an index serves under row security, none of which fails.

Under row security only leakproof operators reach an index, so text is found by equality or prefix (a range), never by
LIKE. A value that cannot be read finds nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask_appbuilder.models.filters import BaseFilter, FilterRelation
from flask_appbuilder.models.sqla.filters import SQLAFilterConverter
from flask_babel import lazy_gettext
from sqlalchemy import BigInteger, ColumnElement, and_, false, or_

from ..security.identity import LARGEST_KEY, parse_key
from ..web.formats import ZONE
from .merchants_seen import zones_seen

LAST_CHARACTER = "\U0010ffff"
LARGEST_AMOUNT = 2**63 - 1


class TypedFilter(BaseFilter):
    """Compares a column with the value as the column's type, or finds nothing."""

    compare: Callable[[Any, Any], Any]

    def apply(self, query: Any, value: Any) -> Any:
        """Return the narrowed query."""
        column = getattr(self.model, self.column_name)
        typed = self.read(str(value).strip())
        return query.filter(false() if typed is None else type(self).compare(column, typed))

    def read(self, text: str) -> Any:
        """Return the value as the column holds it, None when it is none."""
        if self.datamodel.is_boolean(self.column_name):
            return {"1": True, "y": True, "true": True, "0": False, "n": False, "false": False}.get(text.lower())
        if self.datamodel.is_integer(self.column_name):
            large = isinstance(self.datamodel.list_columns[self.column_name].type, BigInteger)
            return read_whole(text, LARGEST_AMOUNT if large else LARGEST_KEY)
        if self.datamodel.is_date(self.column_name):
            return read_day(text)
        leveled = getattr(self.datamodel, "keys", {}).get(self.column_name)
        return leveled(text) if leveled else text


class Equal(TypedFilter):
    """The column equals the value."""

    name = lazy_gettext("Equal to")
    arg_name = "eq"
    compare = staticmethod(lambda column, value: column == value)


class Prefix(TypedFilter):
    """The text begins with the value."""

    name = lazy_gettext("Starts with")
    arg_name = "sw"
    compare = staticmethod(lambda column, value: (column >= value) & (column < value + LAST_CHARACTER))


class After(TypedFilter):
    """The column is at least the value; a day begins at its midnight in the zone of the row's merchant."""

    name = lazy_gettext("From")
    arg_name = "gt"
    compare = staticmethod(lambda column, value: column >= value)

    def apply(self, query: Any, value: Any) -> Any:
        """Return the narrowed query."""
        if self.datamodel.is_datetime(self.column_name):
            day = read_day(str(value).strip())
            return query.filter(false() if day is None else since(self.model, self.column_name, day))
        return super().apply(query, value)


class Before(TypedFilter):
    """The column is at most the value; a day ends at its midnight in the zone of the row's merchant."""

    name = lazy_gettext("Until")
    arg_name = "lt"
    compare = staticmethod(lambda column, value: column <= value)

    def apply(self, query: Any, value: Any) -> Any:
        """Return the narrowed query."""
        if self.datamodel.is_datetime(self.column_name):
            day = read_day(str(value).strip())
            return query.filter(false() if day is None else until(self.model, self.column_name, day))
        return super().apply(query, value)


class Contains(TypedFilter):
    """The text contains the value, whatever its case: for tables of tens of rows only."""

    name = lazy_gettext("Contains")
    arg_name = "ct"
    compare = staticmethod(lambda column, value: column.icontains(value, autoescape=True))


class Related(FilterRelation):
    """The row belongs to that other row, which must be in scope."""

    name = lazy_gettext("Relation")
    arg_name = "rel_o_m"

    def apply(self, query: Any, value: Any) -> Any:
        """Return the narrowed query."""
        found = self.datamodel.get_related_obj(self.column_name, value)
        return query.filter(false() if found is None else getattr(self.model, self.column_name) == found)


class Missing(BaseFilter):
    """The column is empty."""

    name = lazy_gettext("Is empty")
    arg_name = "null"

    def apply(self, query: Any, value: Any) -> Any:
        """Return the narrowed query."""
        return query.filter(getattr(self.model, self.column_name).is_(None))


class OfParent(FilterRelation):
    """The row belongs to the record it is listed under, which FAB has just read in scope."""

    name = lazy_gettext("Relation")

    def apply(self, query: Any, value: Any) -> Any:
        """Return the narrowed query."""
        return query.filter(self.datamodel.get_relation_fk(self.column_name) == value)


class RelatedMany(FilterRelation):
    """That other row, which must be in scope, is among the row's."""

    name = lazy_gettext("Relation as Many")
    arg_name = "rel_m_m"

    def apply(self, query: Any, value: Any) -> Any:
        """Return the narrowed query."""
        found = self.datamodel.get_related_obj(self.column_name, value)
        return query.filter(false() if found is None else getattr(self.model, self.column_name).contains(found))


def _table(text: list[type[BaseFilter]]) -> tuple[tuple[str, list[type[BaseFilter]]], ...]:
    return (
        ("is_relation_many_to_one", [Related]),
        ("is_relation_one_to_one", [Related]),
        ("is_relation_many_to_many", [RelatedMany]),
        ("is_relation_one_to_many", [RelatedMany]),
        ("is_text", text),
        ("is_string", text),
        ("is_boolean", [Equal]),
        ("is_integer", [Equal, After, Before]),
        ("is_date", [Equal, After, Before]),
        ("is_datetime", [After, Before, Missing]),
    )


class Converter(SQLAFilterConverter):
    """Chooses the operators of a column by its type; a type that is not listed has none."""

    def convert(self, col_name: str) -> list[BaseFilter] | None:
        """Return the operators of a column."""
        for is_type, operators in self.conversion_table:
            if getattr(self.datamodel, is_type)(col_name):
                return [operator(col_name, self.datamodel) for operator in operators]
        return None


class LedgerFilters(Converter):
    """Operators for large tables."""

    conversion_table = _table([Equal, Prefix])


class SettingsFilters(Converter):
    """Operators for small tables."""

    conversion_table = _table([Contains, Equal])


def read_whole(text: str, largest: int = LARGEST_KEY) -> int | None:
    """Return a whole number a column can hold, None for anything else."""
    if not (text.isascii() and text.removeprefix("-").isdigit() and len(text) <= 20):
        return None
    number = int(text)
    return number if abs(number) <= largest else None


def read_day(text: str) -> date | None:
    """Return an ISO day, None for anything else. The last days of the calendar have no next one."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1900 <= day.year <= 9000 else None


def since(model: Any, name: str, day: date) -> ColumnElement[bool]:
    """Return the condition that a moment is not before a day of its merchant's zone."""
    column, starts = getattr(model, name), _starts(model, day)
    return _by_merchant(model, column >= min(starts), {at: column >= at for at in starts}, starts)


def until(model: Any, name: str, day: date) -> ColumnElement[bool]:
    """Return the condition that a moment is not after a day of its merchant's zone."""
    column, ends = getattr(model, name), _starts(model, day + timedelta(days=1))
    return _by_merchant(model, column < max(ends), {at: column < at for at in ends}, ends)


def _starts(model: Any, day: date) -> dict[datetime, list[int]]:
    """The first moments of a day, each with the merchants whose day begins then."""
    starts: dict[datetime, list[int]] = {}
    for merchant, zone in zones_seen().items() if hasattr(model, "merchant_id") else ():
        starts.setdefault(midnight(day, zone), []).append(merchant)
    return starts or {midnight(day): []}


def _by_merchant(
    model: Any,
    widest: ColumnElement[bool],
    own: dict[datetime, ColumnElement[bool]],
    merchants: dict[datetime, list[int]],
) -> ColumnElement[bool]:
    """The widest condition is one an index serves; beside it each merchant has its own, where they differ."""
    if len(own) == 1:
        return widest
    return and_(widest, or_(*[model.merchant_id.in_(merchants[at]) & narrow for at, narrow in own.items()]))


def midnight(day: date, zone: str = ZONE) -> datetime:
    """Return the first moment of a day in `zone`, as UTC."""
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)


__all__ = ["LedgerFilters", "SettingsFilters", "midnight", "parse_key", "read_day", "read_whole"]
