"""The database's roles, as SQL: what the embedded server is given, and what a DBA runs for an external one.

owner migrates; app works, and row security binds it; check reads everything (verify, dumps) and writes nothing; purge
removes whole aggregates; finder is nobody's login: it owns the functions that find due work across merchants.
"""

from collections.abc import Mapping

from psycopg import sql

OWNER, APP, CHECK, PURGE, FINDER = (f"egestion_{name}" for name in ("owner", "app", "check", "purge", "finder"))
OLDEST = 17  # PostgreSQL: the built-in C.UTF-8 below (17), GRANT ... WITH INHERIT, SET (16)
ATTRIBUTES = {
    OWNER: "LOGIN NOBYPASSRLS",
    APP: "LOGIN NOBYPASSRLS",
    CHECK: "LOGIN BYPASSRLS",
    PURGE: "LOGIN BYPASSRLS",
    FINDER: "NOLOGIN BYPASSRLS",
}


def role_statements(existing: frozenset[str], passwords: Mapping[str, str]) -> list[sql.Composed]:
    """Statements that make or correct the roles, cluster-wide, run by a superuser."""
    statements = []
    for role, attributes in ATTRIBUTES.items():
        verb = "ALTER" if role in existing else "CREATE"
        text = sql.SQL("{} ROLE {} NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION INHERIT {}").format(
            sql.SQL(verb), sql.Identifier(role), sql.SQL(attributes)
        )
        if role in passwords:
            text += sql.SQL(" PASSWORD {}").format(sql.Literal(passwords[role]))
        statements.append(text)
    statements += [
        # The owner may make the finder the owner of a function, and gains nothing else by it.
        sql.SQL("GRANT {} TO {} WITH INHERIT FALSE, SET TRUE").format(sql.Identifier(FINDER), sql.Identifier(OWNER)),
        sql.SQL("ALTER ROLE {} SET default_transaction_read_only = on").format(sql.Identifier(CHECK)),
    ]
    return statements


def database_statements(database: str) -> list[sql.Composed]:
    """Statements inside the database, run by a superuser or its owner: who may connect, and what each will be given."""
    name = sql.Identifier(database)
    people = sql.SQL(", ").join(sql.Identifier(role) for role in (APP, CHECK, PURGE))
    readers = sql.SQL(", ").join(sql.Identifier(role) for role in (APP, CHECK, PURGE, FINDER))
    values: dict[str, sql.Composable] = {
        "db": name,
        "owner": sql.Identifier(OWNER),
        "app": sql.Identifier(APP),
        "check": sql.Identifier(CHECK),
    }
    values |= {"people": people, "readers": readers}
    default = "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT "
    return [
        sql.SQL(text).format(**values)
        for text in (
            "REVOKE ALL ON DATABASE {db} FROM PUBLIC",
            "GRANT CONNECT ON DATABASE {db} TO {people}",
            "REVOKE ALL ON SCHEMA public FROM PUBLIC",
            "GRANT USAGE, CREATE ON SCHEMA public TO {owner}",
            "GRANT USAGE ON SCHEMA public TO {readers}",
            default + "SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}",
            default + "USAGE, SELECT ON SEQUENCES TO {app}",
            default + "SELECT ON TABLES TO {check}",
            default + "SELECT ON SEQUENCES TO {check}",
        )
    ]


def print_sql(database: str) -> str:
    """What a DBA runs, as text for psql; the passwords are the DBA's."""
    passwords = {
        role: f"<password of {role}>" for role, attributes in ATTRIBUTES.items() if "NOLOGIN" not in attributes
    }
    lines = [
        f"-- PostgreSQL {OLDEST} or newer. As a superuser, once. Then set EGESTION_DATABASE_URL (app), ..._OWNER_URL, ..._CHECK_URL, ..._PURGE_URL."
    ]
    lines += [f"{statement.as_string()};" for statement in role_statements(frozenset(), passwords)]
    create = sql.SQL(
        "CREATE DATABASE {} OWNER {} ENCODING 'UTF8' TEMPLATE template0 LOCALE_PROVIDER builtin LOCALE 'C.UTF-8'"
    )
    lines.append(f"{create.format(sql.Identifier(database), sql.Identifier(OWNER)).as_string()};")
    lines.append(f"\\connect {database}")
    lines += [f"{statement.as_string()};" for statement in database_statements(database)]
    lines.append("-- Then: egestion init (migrates as the owner and gives each role its tables), egestion doctor.")
    return "\n".join(lines)
