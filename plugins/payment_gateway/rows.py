"""Writing a row that its unit does not touch again: without the session's bookkeeping, at a third of its price."""

from __future__ import annotations

from typing import Any

from sqlalchemy import bindparam, inspect
from sqlalchemy.orm import Session


def insert_row(session: Session, row: Any) -> None:
    """Insert a mapped object now, in the session's database transaction; the session does not know it.

    What is None is left to the table (NULL). The object is not told its number unless it has one already.
    """
    table = row.__table__
    values = {column.key: row.__dict__.get(column.key) for column in table.columns}
    given = {name: value for name, value in values.items() if value is not None}
    session.connection().execute(table.insert().inline(), given)


def update_row(session: Session, row: Any) -> None:
    """Write what changed on a row of the session, by its number, and let the session forget it: nothing follows."""
    state = inspect(row)
    table = row.__table__
    changed = {each.key: getattr(row, each.key) for each in table.columns if each.key not in state.unmodified}
    if changed:
        mine = table.update().where(table.c.id == bindparam("this_row"))
        session.connection().execute(mine, {**changed, "this_row": row.id})
    session.expunge(row)
