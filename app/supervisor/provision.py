"""Making the database what the application needs: roles and database (embedded), migrations, grants, FAB's roles."""

import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from config import DATABASE_NAME, ConfigError, Settings

from . import grants, roles
from .postgres import reason, superuser_url

INIT_LOCK = 7_305_112  # one `init` at a time; alembic's own lock is inside (migrations/env.py)


def libpq(url: str) -> str:
    """The URL as libpq and psycopg spell it."""
    return url.replace("postgresql+psycopg://", "postgresql://", 1)


def ensure_roles(settings: Settings, database: str = DATABASE_NAME) -> None:
    """Roles, passwords and the database of the embedded server; may run at every start (a few milliseconds)."""
    urls = {
        roles.OWNER: settings.owner_url,
        roles.APP: settings.database_url,
        roles.CHECK: settings.check_url,
        roles.PURGE: settings.purge_url,
    }
    passwords = {role: urlsplit(url or "").password or "" for role, url in urls.items()}
    with psycopg.connect(superuser_url(settings), autocommit=True) as connection:
        existing = frozenset(row[0] for row in connection.execute("SELECT rolname FROM pg_roles"))
        for statement in roles.role_statements(existing, passwords):
            connection.execute(statement)
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (database,)).fetchone():
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0").format(
                    sql.Identifier(database), sql.Identifier(roles.OWNER)
                )
            )
    with psycopg.connect(superuser_url(settings, database), autocommit=True) as connection:
        for statement in roles.database_statements(database):
            connection.execute(statement)


def initialise(settings: Settings, say: Callable[[str], None], *, practice: bool = False) -> None:
    """Migrate as the owner, give each role its tables, synchronise FAB's permissions and profiles. May run again.

    With `practice` the practice merchants and logins are made where they are missing. Without the owner's URL (a
    service need not know it) a migrated database is taken as it is; one that is not raises ConfigError.
    """
    if settings.owner_url is None:
        if current_revision(settings) != head_revision():
            raise ConfigError("the database is not migrated: run egestion init once with EGESTION_DATABASE_OWNER_URL")
        _synchronise(settings, practice)
        return
    with psycopg.connect(libpq(settings.owner_url), autocommit=True) as owner:
        owner.execute("SELECT pg_advisory_lock(%s)", (INIT_LOCK,))  # held until this connection closes
        _migrate(settings, say)
        grants.apply(owner)
        _synchronise(settings, practice)
    say("database ready")


def head_revision() -> str | None:
    """The newest migration of the code."""
    from alembic.script import ScriptDirectory

    return ScriptDirectory(str(Path(__file__).parent.parent.parent / "migrations")).get_current_head()


def _migrate(settings: Settings, say: Callable[[str], None]) -> None:
    """Run what is missing. A database that is already there costs one query, not the building of an application."""
    import flask_migrate

    from .. import create_app

    before = current_revision(settings)
    if before == head_revision():
        return
    with create_app(settings).app_context():
        flask_migrate.upgrade()
    say(f"migrated from {before or 'nothing'} to {current_revision(settings)}")


def differences(settings: Settings) -> list[str]:
    """What autogenerate would still write: [] when models and migrated database agree."""
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from sqlalchemy import create_engine

    from .. import create_app
    from ..extensions import db

    create_app(settings)  # completes the metadata, plug-ins' tables included
    engine = create_engine(settings.owner_url or settings.database_url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": False})
        found = [repr(difference) for difference in compare_metadata(context, db.metadata)]
    engine.dispose()
    return found


def _synchronise(settings: Settings, practice: bool) -> None:
    """Permissions of every view and action, then the profiles: after the tables exist, never in a web worker."""
    from .. import create_app
    from ..extensions import db
    from ..security.sync import sync

    app = create_app(settings)
    with app.app_context():
        sync(app.extensions["appbuilder"])
        if practice:
            from ..security.practice import create_practice

            create_practice(settings)
        db.session.remove()
        db.engine.dispose()  # whoever calls this goes on in the same process, tests above all


def current_revision(settings: Settings) -> str | None:
    """The database's migration, None for an empty database."""
    with psycopg.connect(libpq(settings.owner_url or settings.database_url)) as connection:
        if connection.execute("SELECT to_regclass('public.alembic_version')").fetchone() == (None,):
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(row[0]) if row else None


def wait_for_database(url: str, seconds: float) -> None:
    """Return once the database answers; raises ConfigError when it does not in time, or refuses this role."""
    limit = time.monotonic() + seconds
    while True:
        try:
            psycopg.connect(libpq(url), connect_timeout=5).close()
        except psycopg.OperationalError as error:
            refused = "authentication failed" in str(error) or "does not exist" in str(error)
            if refused or time.monotonic() > limit:
                raise ConfigError(f"the database does not answer: {reason(error)}") from None
            time.sleep(0.2)
        else:
            return
