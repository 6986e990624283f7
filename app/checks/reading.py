"""Reading everything, changing nothing: one snapshot of the whole database by the check role."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.pool import NullPool

from config import Settings

MOST_NAMED = 1_000  # of what is wrong in one invariant; beyond it only the fact matters
_OPTIONS = (
    "-c default_transaction_read_only=on -c default_transaction_isolation=repeatable\\ read "
    "-c statement_timeout=600s -c lock_timeout=5s -c work_mem=128MB -c timezone=UTC"
)


class CheckImpossible(RuntimeError):
    """There is no role that may read everything; the message says what to set."""


@contextmanager
def snapshot(settings: Settings) -> Iterator[Connection]:
    """Open one read-only transaction over all merchants: every statement sees the same moment, whatever goes on.

    Raises CheckImpossible where EGESTION_DATABASE_CHECK_URL is not set.
    """
    if settings.check_url is None:
        raise CheckImpossible("EGESTION_DATABASE_CHECK_URL is not set: verify reads with the check role")
    engine = create_engine(
        settings.check_url,
        hide_parameters=True,
        poolclass=NullPool,
        connect_args={"options": _OPTIONS, "application_name": "egestion verify", "connect_timeout": 5},
    )
    try:
        with engine.connect() as connection:
            yield connection  # closing it ends the read-only transaction
    finally:
        engine.dispose()


def count(connection: Connection, table: str) -> int:
    """Return the number of rows."""
    return int(connection.execute(text(f'SELECT count(*) FROM "{table}"')).scalar_one())


def named(connection: Connection, statement: str, **values: Any) -> list[str]:
    """Return the only column of what a statement finds wrong, at most MOST_NAMED, sorted, each clipped to a line.

    Materialised: the planner must not hope that the first of many rows comes early, for there are none.
    """
    whole = f"WITH found (what) AS MATERIALIZED ({statement}) SELECT what FROM found ORDER BY what LIMIT {MOST_NAMED}"
    rows = connection.execute(text(whole), values)
    return [str(row[0])[:200] for row in rows]
