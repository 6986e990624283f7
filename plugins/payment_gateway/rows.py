"""Writing rows their unit does not touch again: without the session's bookkeeping, and together where they belong together.

Each shape of statement (which tables, which columns) is compiled once and kept: compiling and the session's own way of
writing were a third of an authorisation.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Dialect, Table, bindparam, inspect
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import set_committed_value

_TOGETHER, _GATHERED = "written_together", "written_gathered"
_THIS = "this_row"
DRIVER_REMEMBERS = 50  # parameters; psycopg reads the text of a statement with more anew each time


class _Shape(NamedTuple):
    """A table, the columns written, and whether the row is there already (then it is found by its number)."""

    table: Table
    columns: tuple[str, ...]
    known: bool


_Write = tuple[_Shape, dict[str, Any]]
_Processor = Callable[[Any], Any] | None
_Parameter = tuple[str, int, str, _Processor]  # its name, which write, which column, how the driver wants it


@contextmanager
def one_statement(session: Session) -> Iterator[None]:
    """Write what is inserted and updated inside at its end, in one statement and one round trip.

    The rows may refer to each other, for keys are checked when the statement is over. A second row of a table begins a
    statement anew, since PostgreSQL runs the parts of one in no order and events are numbered as they happened; so does
    what would have more parameters than the driver remembers how to pass.
    """
    writes: list[_Write] = []
    session.info[_TOGETHER] = writes
    try:
        yield
    finally:
        del session.info[_TOGETHER]
    if writes:
        _execute(session, writes)


@contextmanager
def gathered(session: Session) -> Iterator[None]:
    """Write what is inserted inside at its end, in its order, neighbours of one shape by one call of the driver."""
    groups: list[tuple[_Shape, list[dict[str, Any]]]] = []
    session.info[_GATHERED] = groups
    try:
        yield
    finally:
        del session.info[_GATHERED]
    connection = session.connection()
    for shape, rows in groups:
        sql, parameters = _compiled(connection.dialect, (shape,))
        connection.exec_driver_sql(sql, [_given(parameters, [values]) for values in rows])


def insert_row(session: Session, row: Any) -> None:
    """Insert a mapped object; the session does not know it. The object is not told its number unless it has one already.

    A column without a value gets its model's default, else it is left to the table (NULL).
    """
    given: dict[str, Any] = {}
    known = row.__dict__
    for column in row.__table__.columns:
        value = known.get(column.key)
        if value is None and column.default is not None and column.default.is_scalar:
            value = column.default.arg
        if value is not None:
            given[column.key] = value
        if column.key not in known and not column.primary_key:
            set_committed_value(row, column.key, value)
    _write(session, (_Shape(row.__table__, tuple(given), False), given))


def update_row(session: Session, row: Any) -> None:
    """Write what changed on a row of the session, by its number, and let the session forget it: nothing follows."""
    same = inspect(row).unmodified
    changed = {each.key: getattr(row, each.key) for each in row.__table__.columns if each.key not in same}
    if changed:
        _write(session, (_Shape(row.__table__, tuple(changed), True), changed | {_THIS: row.id}))
    session.expunge(row)


def _write(session: Session, write: _Write) -> None:
    groups: list[tuple[_Shape, list[dict[str, Any]]]] | None = session.info.get(_GATHERED)
    if groups is not None:
        if not groups or groups[-1][0] != write[0]:
            groups.append((write[0], []))
        groups[-1][1].append(write[1])
        return
    together: list[_Write] | None = session.info.get(_TOGETHER)
    if together is None:
        _execute(session, [write])
        return
    again = any(shape.table is write[0].table for shape, _ in together)
    if again or sum(len(values) for _, values in (*together, write)) > DRIVER_REMEMBERS:
        if together:
            _execute(session, together)
        together.clear()
    together.append(write)


def _execute(session: Session, writes: list[_Write]) -> None:
    connection = session.connection()
    sql, parameters = _compiled(connection.dialect, tuple(shape for shape, _ in writes))
    connection.exec_driver_sql(sql, _given(parameters, [values for _, values in writes]))


def _given(parameters: tuple[_Parameter, ...], rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        name: processor(rows[at][column]) if processor else rows[at][column]
        for name, at, column, processor in parameters
    }


@lru_cache(maxsize=512)
def _compiled(dialect: Dialect, shapes: tuple[_Shape, ...]) -> tuple[str, tuple[_Parameter, ...]]:
    """Return the statement of these writes, all but the last as parts of its WITH, and where its parameters come from."""
    parts: list[str] = []
    parameters: list[_Parameter] = []
    for at, shape in enumerate(shapes):
        names = {column: f"{column}_{at}" for column in (*shape.columns, *((_THIS,) if shape.known else ()))}
        values = {column: bindparam(names[column], type_=shape.table.c[column].type) for column in shape.columns}
        if shape.known:
            written = shape.table.update().where(shape.table.c.id == bindparam(names[_THIS])).values(values)
            parts.append(str(written.compile(dialect=dialect)))
        else:
            parts.append(str(shape.table.insert().inline().values(values).compile(dialect=dialect)))
        for column, name in names.items():
            type_ = shape.table.c["id" if column == _THIS else column].type
            parameters.append((name, at, column, type_.dialect_impl(dialect).bind_processor(dialect)))
    first = ", ".join(f"part_{at} AS ({part})" for at, part in enumerate(parts[:-1]))
    return f"WITH {first} {parts[-1]}" if first else parts[0], tuple(parameters)
