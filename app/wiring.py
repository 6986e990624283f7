"""The web side, put together: proxy, hosts, identity, Flask-AppBuilder with our security, screens, API, look."""

from __future__ import annotations

from flask import Flask
from flask_appbuilder import AppBuilder
from werkzeug.middleware.proxy_fix import ProxyFix

from config import Settings

from . import api
from .extensions import db
from .plugin import registry
from .views.guard import init_guard
from .views.index import StartView
from .views.register import HouseBuilder, Security, register_views
from .views.remember import init_remember
from .web.look import init_look


def wire(app: Flask) -> AppBuilder:
    """Build everything that answers requests on an application whose extensions and plug-ins are bound.

    A new builder per application: FAB's remembers its views, and a second application would get none.
    """
    settings: Settings = app.extensions["settings"]
    if settings.proxy_hops:
        hops = settings.proxy_hops
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    init_guard(app, settings)
    builder = HouseBuilder(base_template="egestion/base.html", security_manager_class=Security, indexview=StartView)
    builder.init_app(app, db.session)
    register_views(builder, registry(app))
    api.register(app)
    init_look(app, api.problem)
    init_remember(app)
    return builder
