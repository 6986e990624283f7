"""Who may do what to which table: the matrix that `egestion init` applies after migrating, and `doctor` compares.

Row security decides which rows; this decides which verbs. The application cannot take back what was done: no DELETE on
the ledger, no UPDATE on events and audit. Operations stay updatable until they are settled; a trigger guards them then.
"""

from collections.abc import Iterator

from psycopg import Connection, sql

from .roles import APP, CHECK, FINDER, PURGE

READ = frozenset({"SELECT"})
APPEND = READ | {"INSERT"}
WRITE = APPEND | {"UPDATE"}
ALL = WRITE | {"DELETE"}
#: What the application may do; a table that is not named is configuration: everything.
APP_MATRIX = {
    "alembic_version": READ,
    "event": APPEND,
    "audit": APPEND,
    "customer": APPEND,  # immutable: an amendment is a new row
    "operation": WRITE,
    "transaction": WRITE,
    "submission": WRITE,
    "card": WRITE,
    "card_fingerprint": WRITE,
    "remittance": WRITE,
    "unpaid": WRITE,
    "risk_hit": APPEND,
    "alarm": WRITE,
    "outbox": WRITE,
}
#: What the purge may remove: a transaction with all that hangs on it, never configuration.
PURGED = frozenset(
    {"event", "operation", "transaction", "submission", "customer", "card", "card_fingerprint", "unpaid"}
    | {"risk_hit", "alarm", "outbox"}
)
#: What the functions that find due work read (migrations/versions/0002_walls.py).
DUE_WORK = frozenset({"operation", "outbox", "transaction", "merchant", "remittance", "contract", "alarm"})


def privileges(role: str, table: str) -> frozenset[str]:
    """What this role may do to this table."""
    if role == APP:
        return APP_MATRIX.get(table, ALL)
    if role == CHECK:
        return READ
    if role == PURGE:
        return READ | {"DELETE"} if table in PURGED else READ
    if role == FINDER:
        return READ if table in DUE_WORK else frozenset()
    return frozenset()


def _tables(connection: Connection[tuple[str, ...]], kind: str) -> list[str]:
    rows = connection.execute(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = ANY(%s)"
        " AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = pg_class.oid AND d.deptype = 'e') ORDER BY 1",
        (list(kind),),
    )
    return [row[0] for row in rows]


def _roles(connection: Connection[tuple[str, ...]]) -> list[str]:
    names = [APP, CHECK, PURGE, FINDER]
    return [row[0] for row in connection.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", (names,))]


def apply(connection: Connection[tuple[str, ...]]) -> None:
    """Give every role exactly its privileges, in one transaction; `connection` is the owner's."""
    roles = _roles(connection)
    if not roles:
        return  # an external database with roles of other names: its DBA grants
    everybody = sql.SQL(", ").join(map(sql.Identifier, roles))
    with connection.transaction():
        for table in _tables(connection, "rp"):
            name = sql.Identifier("public", table)
            connection.execute(sql.SQL("REVOKE ALL ON TABLE {} FROM {}").format(name, everybody))
            for role in roles:
                if granted := privileges(role, table):
                    verbs = sql.SQL(", ").join(map(sql.SQL, sorted(granted)))
                    text = sql.SQL("GRANT {} ON TABLE {} TO {}").format(verbs, name, sql.Identifier(role))
                    connection.execute(text)
        for sequence in _tables(connection, "S"):
            name = sql.Identifier("public", sequence)
            for role in roles:
                verb = {APP: "USAGE, SELECT", CHECK: "SELECT"}.get(role)
                if verb:
                    text = sql.SQL("GRANT {} ON SEQUENCE {} TO {}").format(sql.SQL(verb), name, sql.Identifier(role))
                    connection.execute(text)


def differences(connection: Connection[tuple[str, ...]]) -> Iterator[str]:
    """What the roles may do beyond or below the matrix, one line each; any role may ask."""
    for role in _roles(connection):
        for table in _tables(connection, "rp"):
            row = connection.execute(
                "SELECT array(SELECT p FROM unnest(%s::text[]) p WHERE has_table_privilege(%s, %s::regclass, p))",
                (sorted(ALL | {"TRUNCATE"}), role, f'public."{table}"'),
            ).fetchone()
            found, wanted = frozenset(row[0] if row else ()), privileges(role, table)
            for verb in sorted(found - wanted):
                yield f"{role} may {verb} on {table}"
            for verb in sorted(wanted - found):
                yield f"{role} may not {verb} on {table}"
