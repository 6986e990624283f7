"""I13: no record joins two merchants: every reference of every table followed, and the walls themselves in place."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, ForeignKeyConstraint, Table

from ..extensions import db
from ..models.base import AdministeredByMerchant, MerchantOwned, Model
from ..ports import Evidence
from .reading import MOST_NAMED, count, named

_MISSING_KEYS = """SELECT wanted || ' is missing or not enforced' FROM unnest(CAST(:keys AS text[])) AS wanted
WHERE NOT EXISTS (SELECT FROM pg_constraint WHERE conname = wanted AND contype = 'f' AND convalidated)"""
_OPEN_TABLES = """SELECT wanted || ': row security is not forced' FROM unnest(CAST(:tables AS text[])) AS wanted
WHERE NOT EXISTS (SELECT FROM pg_class WHERE oid = to_regclass('public.' || quote_ident(wanted))
AND relrowsecurity AND relforcerowsecurity)"""


def check(connection: Connection) -> Evidence:
    """I13 over the tables of the core and of every plug-in, as the metadata knows them."""
    tables = [table for table in db.metadata.sorted_tables if _owned(table)]
    keys = [(table, list(_composite(table))) for table in tables]
    wrong = named(connection, _MISSING_KEYS, keys=[str(key.name) for _, found in keys for key in found])
    wrong += named(connection, _OPEN_TABLES, tables=[table.name for table in tables])
    checked = 0
    for table, found in keys:
        checked += count(connection, table.name)
        if found:
            wrong += _strangers(connection, table, found)
    return Evidence("I13", checked, wrong[:MOST_NAMED], "merchants kept apart")


def _owned(table: Table) -> bool:
    classes = [mapper.class_ for mapper in Model.registry.mappers if mapper.local_table is table]
    return any(issubclass(each, (MerchantOwned, AdministeredByMerchant)) for each in classes)


def _composite(table: Table) -> Iterator[ForeignKeyConstraint]:
    for constraint in table.constraints:
        if isinstance(constraint, ForeignKeyConstraint) and len(constraint.columns) == 2:
            yield constraint


def _strangers(connection: Connection, table: Table, keys: list[ForeignKeyConstraint]) -> list[str]:
    """Follow all references of a table in one pass: each leads to a row, and that row has the same merchant.

    What refers to an operation and a transaction refers to that operation's transaction.
    """
    joins, conditions = [], []
    for number, key in enumerate(keys):
        column = next(name for name in key.column_keys if name != "merchant_id")
        other = f"p{number}"
        joins.append(f'LEFT JOIN "{key.referred_table.name}" {other} ON {other}.id = c.{column}')
        conditions.append(f"(c.{column} IS NOT NULL AND {other}.merchant_id IS DISTINCT FROM c.merchant_id)")
        if column == "operation_id" and "transaction_id" in table.c:
            conditions.append(f"{other}.transaction_id <> c.transaction_id")
    what = f"'{table.name} ' || c.id || ': refers to another merchant''s or sale''s row'"
    return named(connection, f'SELECT {what} FROM "{table.name}" c {" ".join(joins)} WHERE {" OR ".join(conditions)}')
