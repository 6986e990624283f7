"""What a merchant has in the database, read by the role that row security does not bind: no wall of ours can hide a change."""

from __future__ import annotations

from collections.abc import Mapping

import psycopg
from psycopg import sql

from app.supervisor.provision import libpq
from config import Settings

_OWNED = """SELECT table_name FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE table_schema = 'public' AND column_name = 'merchant_id' AND table_type = 'BASE TABLE' ORDER BY 1"""
_WHOLE = "SELECT count(*), coalesce(md5(string_agg(row::text, '|' ORDER BY row::text)), '') FROM {} row WHERE {}"
_OF_MERCHANT = "merchant_id = %s"
_OF_PEOPLE = "{} IN (SELECT user_id FROM membership WHERE merchant_id = %s)"
_MORE = {"merchant": "id = %s", "ab_user": _OF_PEOPLE.format("id"), "user_setting": _OF_PEOPLE.format("user_id")}


def owned_by(settings: Settings, merchant_id: int) -> Mapping[str, tuple[int, str]]:
    """Return {table: (rows, digest of every column of them)} of all that is a merchant's: every table with a merchant in
    it, the merchant itself, its people."""
    found: dict[str, tuple[int, str]] = {}
    with psycopg.connect(libpq(settings.check_url or "")) as connection:
        tables = {name: _OF_MERCHANT for (name,) in connection.execute(_OWNED).fetchall()} | _MORE
        for name, condition in tables.items():
            asked = sql.SQL(_WHOLE).format(sql.Identifier(name), sql.SQL(condition))
            row = connection.execute(asked, (merchant_id,)).fetchone()
            assert row is not None
            found[name] = (row[0], row[1])
    return found
