"""Why the service refuses to start: what production must not have, and database roles that walls do not bind."""

from urllib.parse import urlsplit

import psycopg
from psycopg import Connection

from config import ConfigError, SecretFolder, Settings, parse_card_keys

from .provision import libpq

PRACTICE_BANK_MERCHANTS = ("002001000000001", "002001000000002")  # public test merchants (interface.md)
LOCAL_HOSTS = ("127.0.0.1", "localhost", "::1")


def refusals(settings: Settings) -> list[str]:
    """Why production refuses to start by its settings alone, one line each; empty in practice."""
    if settings.practice:
        return []
    found = []
    if not settings.secret_key:
        found.append("EGESTION_SECRET_KEY is not set")
    elif len(settings.secret_key) < 32:
        found.append("EGESTION_SECRET_KEY is shorter than 32 characters")
    if not settings.card_keys:
        found.append("EGESTION_CARD_KEY is not set")
    kept = SecretFolder(settings.secrets_dir)
    if settings.secret_key and settings.secret_key == kept.read("secret_key"):
        found.append("EGESTION_SECRET_KEY is the practice key of the data folder: make a new one")
    practice_card = kept.read("card_key")
    if practice_card and {key for _, key in parse_card_keys(practice_card)} & {key for _, key in settings.card_keys}:
        found.append("EGESTION_CARD_KEY is the practice key of the data folder: make a new one")
    if "EGESTION_BANK_PORT" in settings.given:
        found.append("EGESTION_BANK_PORT is set: the practice bank does not run in production")
    if "EGESTION_PRACTICE_PASSWORD" in settings.given:
        found.append("EGESTION_PRACTICE_PASSWORD is set: no default password in production")
    if settings.smtp_url is None:
        found.append("EGESTION_SMTP_URL is not set: journals and alarms would never leave")
    elif "EGESTION_MAIL_FROM" not in settings.given:
        found.append("EGESTION_MAIL_FROM is not set: mails would come from e-gestion@localhost, which servers refuse")
    if not settings.tls_proxy:
        found.append("EGESTION_TLS_PROXY is not set: put a TLS proxy in front and say EGESTION_TLS_PROXY=1")
    user, owner = urlsplit(settings.database_url).username, urlsplit(settings.owner_url or "").username
    if user and user in ("postgres", "root", owner):
        found.append(f"EGESTION_DATABASE_URL connects as {user}, a superuser or owner: use the app role")
    return found


def database_refusals(settings: Settings) -> list[str]:
    """Why production refuses to start by what its database holds: practice bank, practice passwords. Needs a
    migrated database and reads through the check role where there is one.
    """
    if settings.practice:
        return []
    found = []
    with psycopg.connect(libpq(settings.check_url or settings.owner_url or settings.database_url)) as connection:
        connection.execute("SELECT set_config('app.admin', 'on', false)")  # settings of all merchants, no money
        if _exists(connection, "gateway_account"):
            for merchant, url in connection.execute(
                "SELECT bank_merchant_id, url FROM gateway_account WHERE active ORDER BY id"
            ):
                address = urlsplit(url)
                local = address.scheme == "http" and address.hostname in LOCAL_HOSTS
                if local or merchant in PRACTICE_BANK_MERCHANTS:
                    found.append(f"a gateway account points at the practice bank: {merchant} at {url}")
        password = SecretFolder(settings.secrets_dir).read("practice_password")
        if password and _exists(connection, "ab_user"):
            found += _practice_passwords(connection, password)
    return found


def _exists(connection: Connection[tuple[str, ...]], table: str) -> bool:
    row = connection.execute("SELECT to_regclass(%s) IS NOT NULL", (f"public.{table}",)).fetchone()
    return bool(row and row[0])


def _practice_passwords(connection: Connection[tuple[str, ...]], password: str) -> list[str]:
    from werkzeug.security import check_password_hash

    people = connection.execute("SELECT username, password FROM ab_user WHERE active AND password <> '' ORDER BY id")
    return [
        f"user {name} still has the practice password: disable it or change its password"
        for name, hashed in people
        if check_password_hash(hashed, password)
    ]


def unsafe_role(connection: Connection[tuple[str, ...]]) -> str | None:
    """Why the walls would not bind the role of this connection (superuser, BYPASSRLS, owner), or None."""
    row = connection.execute(
        "SELECT rolname, rolsuper, rolbypassrls, EXISTS (SELECT FROM pg_class c WHERE c.relnamespace ="
        " 'public'::regnamespace AND c.relkind IN ('r', 'p') AND pg_has_role(current_user, c.relowner, 'MEMBER'))"
        " FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    if row is None:
        return "the database does not know its own user"
    name, superuser, bypass, owner = row
    for wrong, why in ((superuser, "is a superuser"), (bypass, "bypasses row security"), (owner, "owns the tables")):
        if wrong:
            return f"EGESTION_DATABASE_URL connects as {name}, which {why}: use the app role"
    return None


def refuse_unsafe_role(connection: Connection[tuple[str, ...]]) -> None:
    """Raise ConfigError when row security would not bind this connection's role."""
    if (why := unsafe_role(connection)) is not None:
        raise ConfigError(why)


def demand_safe(settings: Settings, seconds: float = 60) -> None:
    """What every role does before it serves: settings, database role. Waits `seconds` for the database. ConfigError."""
    from .provision import wait_for_database

    if found := refusals(settings):
        raise ConfigError("production refuses to start: " + "; ".join(found))
    wait_for_database(settings.database_url, seconds)
    with psycopg.connect(libpq(settings.database_url)) as connection:
        refuse_unsafe_role(connection)
    demand_no_practice(settings)


def demand_no_practice(settings: Settings) -> None:
    """Raise ConfigError when a production database still holds what belongs to practice."""
    if found := database_refusals(settings):
        raise ConfigError("production refuses to start: " + "; ".join(found))
