"""What stands in the tables, so that a page may show it untranslated."""

from __future__ import annotations

import re
from collections.abc import Sequence

import psycopg

from app.supervisor.provision import libpq
from config import Settings

CODE = re.compile(r"[A-Z_]{4,}|[a-z_:]+")  # codes are shown in words, so a code among the data excuses nothing


def stored(settings: Settings, tables: Sequence[str]) -> set[str]:
    """Return every text in a table but codes; the merchant's own codes of reasons and the sales' references are data."""
    found: set[str] = set()
    with psycopg.connect(libpq(settings.check_url or "")) as connection:
        for table in tables:
            for (row,) in connection.execute(f'SELECT to_json(t) FROM "{table}" t'):  # type: ignore[arg-type]
                found |= leaves(row)
        own = {
            code for (code,) in connection.execute("SELECT code FROM reason UNION SELECT reference FROM transaction")
        }
    return {value for value in found if len(value) > 1 and not CODE.fullmatch(value)} | own


def leaves(value: object) -> set[str]:
    """The texts in a row, also in its lists and documents."""
    if isinstance(value, dict | list):
        return {text for each in (value.values() if isinstance(value, dict) else value) for text in leaves(each)}
    return {value} if isinstance(value, str) else set()
