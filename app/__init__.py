"""VPC e-gestion: the counter where a merchant's staff take, remit, refund and close card orders."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from config import Settings, load

if TYPE_CHECKING:
    from flask import Flask


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application: the only composition root, for web, workers, scheduler and commands.

    Raises ConfigError or PluginError, each with one line that says what to mend. Permissions are never written here:
    `egestion init` calls app.security.sync.
    """
    # Imported here: the supervisor, the commands and the clock start without Flask, a second sooner each.
    from flask import Flask

    from . import extensions as ext
    from .domain import clock
    from .flask_config import flask_config
    from .logs import init_logs
    from .plugin import demand_screens, load_plugins, registry

    settings = settings or load()
    init_logs()
    clock.configure(settings.clock_file if settings.practice else None)
    app = Flask(__name__)
    app.config.from_mapping(flask_config(settings))
    app.extensions["settings"] = settings
    ext.db.init_app(app)
    ext.migrate.init_app(app, ext.db, directory=str(settings_root() / "migrations"))
    ext.mail.init_app(app)
    ext.csrf.init_app(app)
    ext.limiter.init_app(app)
    load_plugins(app, settings.plugins)
    with app.app_context():
        from . import models  # noqa: F401 - completes the metadata
        from .core import register_core
        from .wiring import wire

        register_core(registry(app))
        wire(app)
        demand_screens(app, settings.plugins)
    return app


def settings_root() -> Path:
    """Return the folder that holds app/, plugins/, migrations/ and config.py."""
    return Path(__file__).resolve().parent.parent
