"""Pages by key: no OFFSET, no unbounded count, and only conditions that reach an index under row security.

A list is the union of one branch a merchant (and one more for rows without a sort value), each of which walks one index
`(merchant_id, sort column, id)` from the cursor on and stops after a page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select, tuple_, union_all
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.sql.selectable import CompoundSelect

from .cursor import Position, write_cursor
from .merchants import MerchantFacts

COUNT_LIMIT = 10_000  # above it a count is "more than"
BRANCHES = 16  # merchants with a branch of their own; more share one per zone
Conditions = Sequence[ColumnElement[bool]]
#: Gives the conditions of one branch, for merchants that share a zone.
ConditionsFor = Callable[[Sequence[MerchantFacts]], Conditions]


@dataclass(frozen=True, slots=True)
class Sort:
    """An order of a list: its name in the API, the column, the type of its values; rows without a value come last."""

    name: str
    column: InstrumentedAttribute[Any]
    kind: type
    descending: bool = False
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in order, the cursor of the next page (None: this is the last), and how many rows there are in all."""

    rows: list[Any]
    next_cursor: str | None
    count: int
    count_is_exact: bool


def groups(merchants: Sequence[MerchantFacts]) -> list[list[MerchantFacts]]:
    """Return the merchants of each branch: each alone, or, when they are many, those of one zone together."""
    if len(merchants) <= BRANCHES:
        return [[each] for each in merchants]
    zones: dict[str, list[MerchantFacts]] = {}
    for each in merchants:
        zones.setdefault(each.zone, []).append(each)
    return list(zones.values())


def of_merchants(model: Any, merchants: Sequence[MerchantFacts]) -> ColumnElement[bool]:
    """Return the condition that makes indexes usable under row security: the merchant, literally."""
    if len(merchants) == 1:
        return model.merchant_id == merchants[0].id  # type: ignore[no-any-return]
    return model.merchant_id.in_([each.id for each in merchants])  # type: ignore[no-any-return]


def keys_of(
    session: Session,
    model: Any,
    sort: Sort,
    conditions_for: ConditionsFor,
    merchants: Sequence[MerchantFacts],
    after: Position | None,
    size: int,
) -> tuple[list[int], str | None]:
    """Return the ids of the next `size` rows after `after`, in order, and the cursor of the page after them."""
    branches: list[Select[Any]] = []
    for group in groups(merchants):
        branches += _branches(model, sort, conditions_for(group), after, size + 1)
    if not branches:
        return [], None
    found = _union(branches).subquery()
    order: list[ColumnElement[Any]] = [found.c.place.is_(None)] if sort.nullable else []
    order += [_directed(found.c.place, sort), _directed(found.c.id, sort)]
    rows = session.execute(select(found.c.id, found.c.place).order_by(*order).limit(size + 1)).all()
    if len(rows) <= size:
        return [row.id for row in rows], None
    last = rows[size - 1]
    return [row.id for row in rows[:size]], write_cursor(sort.name, Position(last.place, last.id))


def count_of(
    session: Session, model: Any, conditions_for: ConditionsFor, merchants: Sequence[MerchantFacts]
) -> tuple[int, bool]:
    """Return how many rows there are, counted up to COUNT_LIMIT, and whether that is all of them."""
    branches = [
        select(literal(1).label("one")).select_from(model).where(*conditions_for(group)).limit(COUNT_LIMIT + 1)
        for group in groups(merchants)
    ]
    if not branches:
        return 0, True
    bounded = select(_union(branches).subquery()).limit(COUNT_LIMIT + 1).subquery()
    count = session.scalar(select(func.count()).select_from(bounded)) or 0
    return min(count, COUNT_LIMIT), count <= COUNT_LIMIT


def in_order(ids: Sequence[int], rows: Iterable[Any]) -> list[Any]:
    """Return the rows in the order of their ids; one that is gone meanwhile is left out."""
    by_id = {row.id: row for row in rows}
    return [by_id[each] for each in ids if each in by_id]


def _branches(model: Any, sort: Sort, conditions: Conditions, after: Position | None, most: int) -> list[Select[Any]]:
    """The rows with a sort value after the position, then those without."""
    column, key = sort.column, model.id
    base = select(key.label("id"), column.label("place")).where(*conditions)
    ordered = base.order_by(_directed(column, sort), _directed(key, sort)).limit(most)
    branches: list[Select[Any]] = []
    if after is None or after.value is not None:
        if after is not None:
            pair, place = tuple_(column, key), tuple_(literal(after.value, column.type), literal(after.id, key.type))
            ordered = ordered.where(pair < place if sort.descending else pair > place)
        branches.append(ordered.where(column.is_not(None)) if sort.nullable else ordered)
    if sort.nullable:
        empty = base.where(column.is_(None)).order_by(_directed(key, sort)).limit(most)
        if after is not None and after.value is None:
            empty = empty.where(key < after.id if sort.descending else key > after.id)
        branches.append(empty)
    return branches


def _directed(column: Any, sort: Sort) -> ColumnElement[Any]:
    return column.desc() if sort.descending else column.asc()  # type: ignore[no-any-return]


def _union(branches: Sequence[Select[Any]]) -> Select[Any] | CompoundSelect[Any]:
    return branches[0] if len(branches) == 1 else union_all(*branches)
