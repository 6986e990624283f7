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
    """An order of a list: its name in the API, the column, the type of its values; rows without a value come last.

    `then`: a second column and its type, for rows with the same value, where the index goes on with it.
    """

    name: str
    column: InstrumentedAttribute[Any]
    kind: type
    descending: bool = False
    nullable: bool = False
    then: tuple[InstrumentedAttribute[Any], type] | None = None

    @property
    def kinds(self) -> tuple[type, ...]:
        """The types of a position's values."""
        return (self.kind,) if self.then is None else (self.kind, self.then[1])

    @property
    def columns(self) -> tuple[InstrumentedAttribute[Any], ...]:
        """The columns a position has values of."""
        return (self.column,) if self.then is None else (self.column, self.then[0])


@dataclass(frozen=True, slots=True)
class Keys:
    """The ids of a page in order, and the cursors of the pages around it (None: there is none)."""

    ids: list[int]
    next: str | None = None
    previous: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in order, the cursors of the pages around it (None: there is none), and how many rows there are in all."""

    rows: list[Any]
    next_cursor: str | None
    count: int
    count_is_exact: bool
    previous_cursor: str | None = None


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
    place: Position | None,
    size: int,
) -> Keys:
    """Return the next `size` rows after a place, or the last `size` before it, always in the list's order."""
    back = place is not None and place.back
    branches: list[Select[Any]] = []
    for group in groups(merchants):
        branches += _branches(model, sort, conditions_for(group), place, size + 1)
    if not branches:
        return Keys([])
    found = _union(branches).subquery()
    values = [found.c[f"place{number}"] for number in range(len(sort.columns))]
    down = sort.descending != back
    order: list[ColumnElement[Any]] = []
    if sort.nullable:
        order.append(values[0].is_not(None) if back else values[0].is_(None))
    order += [_directed(column, down) for column in (*values, found.c.id)]
    rows = session.execute(select(found.c.id, *values).order_by(*order).limit(size + 1)).all()
    more, rows = len(rows) > size, rows[:size]
    if back:
        rows = rows[::-1]
    edges = (
        [Position(tuple(row[1:]), row.id, back=first) for first, row in ((True, rows[0]), (False, rows[-1]))]
        if rows
        else []
    )
    previous, following = [write_cursor(sort.name, edge) for edge in edges] or (None, None)
    return Keys(
        [row.id for row in rows],
        following if more or back else None,
        previous if (more if back else place is not None) else None,
    )


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


def _branches(model: Any, sort: Sort, conditions: Conditions, place: Position | None, most: int) -> list[Select[Any]]:
    """The rows with a sort value beyond the place, and those without one."""
    key, back = model.id, place is not None and place.back
    down = sort.descending != back
    columns = [*sort.columns, key]
    labelled = [column.label(f"place{number}") for number, column in enumerate(sort.columns)]
    base = select(key.label("id"), *labelled).where(*conditions).limit(most)
    ordered = base.order_by(*[_directed(column, down) for column in columns])
    empty = base.where(sort.column.is_(None)).order_by(_directed(key, down))
    if sort.nullable:
        ordered = ordered.where(sort.column.is_not(None))
    if place is None:
        return [ordered, empty] if sort.nullable else [ordered]
    if place.values[0] is None:
        empty = empty.where(key < place.id if down else key > place.id)
        return [ordered, empty] if back else [empty]
    at = [literal(value, column.type) for column, value in zip(columns, (*place.values, place.id), strict=True)]
    beyond = tuple_(*columns) < tuple_(*at) if down else tuple_(*columns) > tuple_(*at)
    return [ordered.where(beyond), empty] if sort.nullable and not back else [ordered.where(beyond)]


def _directed(column: Any, down: bool) -> ColumnElement[Any]:
    return column.desc() if down else column.asc()  # type: ignore[no-any-return]


def _union(branches: Sequence[Select[Any]]) -> Select[Any] | CompoundSelect[Any]:
    return branches[0] if len(branches) == 1 else union_all(*branches)
