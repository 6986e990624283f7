"""One history for the core and its plug-ins; run by `egestion init` as the owner role, under an advisory lock."""

from __future__ import annotations

from alembic import context
from flask import current_app
from sqlalchemy import create_engine, text

MIGRATION_LOCK = 7_305_111


def metadata():
    """Return the metadata of every table, Flask-AppBuilder's included."""
    return current_app.extensions["migrate"].db.metadata


def plain(kind, item, context_):
    """Render our aware type as PostgreSQL's: a migration imports nothing of the application."""
    if kind == "type" and type(item).__name__ == "UtcDateTime":
        return "sa.DateTime(timezone=True)"
    return False


def run() -> None:
    settings = current_app.extensions["settings"]
    connection = context.config.attributes.get("connection")
    if connection is not None:
        migrate(connection)
        return
    engine = create_engine(settings.owner_url or settings.database_url, hide_parameters=True)
    with engine.connect() as own:
        migrate(own)
    engine.dispose()


def migrate(connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=metadata(),
        render_item=plain,
        compare_type=True,
        compare_server_default=False,
        transaction_per_migration=False,
    )
    with context.begin_transaction():
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        context.run_migrations()


run()
