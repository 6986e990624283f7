"""What the doctor asks the database: does each role get in, is it bound by the walls, is everything migrated."""

from collections.abc import Iterator

import psycopg

from config import ConfigError, Settings

from . import grants, roles
from .postgres import reason
from .provision import current_revision, head_revision, libpq
from .refusals import database_refusals, unsafe_role

DURABLE = ("fsync", "synchronous_commit", "full_page_writes")
Found = Iterator[tuple[str, bool, str]]


def _connections(settings: Settings) -> Found:
    urls = {
        "app role": settings.database_url,
        "owner role": settings.owner_url,
        "check role": settings.check_url,
        "purge role": settings.purge_url,
    }
    for name, url in urls.items():
        if not url:
            yield name, False, f"EGESTION_DATABASE_{name.split()[0].upper()}_URL is not set (egestion init --print-sql)"
            continue
        try:
            with psycopg.connect(libpq(url), connect_timeout=5) as connection:
                user = connection.info.user
        except psycopg.OperationalError as error:
            yield name, False, f"no connection: {reason(error)}"
        else:
            yield name, True, f"connects as {user}"


def _server(settings: Settings) -> Found:
    with _connect(settings) as connection:
        version = connection.info.server_version
        wrong = version < roles.OLDEST * 10_000
        yield (
            "PostgreSQL",
            not wrong,
            f"{version // 10000}.{version % 10000}" + (f": needs {roles.OLDEST} or newer" if wrong else ""),
        )
        if (why := unsafe_role(connection)) is not None:
            yield "app role", False, why
        for name in DURABLE:
            row = connection.execute("SELECT current_setting(%s)", (name,)).fetchone()
            if row and row[0] == "off":
                yield "durability", False, f"{name} is off: a power cut loses what was acknowledged; set it on"


def _migrations(settings: Settings) -> Found:
    found, head = current_revision(settings), head_revision()
    text = f"at {found}" if found == head else f"at {found or 'nothing'}, the code wants {head}: egestion init"
    yield "migrations", found == head, text


def _walls(settings: Settings) -> Found:
    with _connect(settings) as connection:
        rows = connection.execute(
            "SELECT relname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'merchant_id'"
            " AND NOT attisdropped WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p')"
            " AND relname <> 'membership' AND NOT (relrowsecurity AND relforcerowsecurity) ORDER BY 1"
        ).fetchall()
        for (table,) in rows:
            yield "row security", False, f"not forced on {table}: egestion init, and see the migrations"
        if not rows:
            yield "row security", True, "forced on every merchant-owned table"
        wrong = list(grants.differences(connection))
        for text in wrong:
            yield "privileges", False, f"{text}: egestion init"
        if not wrong:
            yield "privileges", True, "as grants.py says"


def _contents(settings: Settings) -> Found:
    for text in database_refusals(settings):
        yield "production", False, text


def _connect(settings: Settings) -> psycopg.Connection[tuple[str, ...]]:
    try:
        return psycopg.connect(libpq(settings.database_url), connect_timeout=5)
    except psycopg.OperationalError as error:
        raise ConfigError(f"the database does not answer: {reason(error)}") from None


CHECKS = (_connections, _server, _migrations, _walls, _contents)
