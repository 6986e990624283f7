"""Puts the API into an application: its blueprint, made of the table of routes, and what answers beside it."""

from __future__ import annotations

from functools import cache

from flask import Blueprint, Flask, Response, request

from ..extensions import csrf, limiter
from .answers import json_answer
from .identity import authenticate
from .monitoring import init_monitoring
from .openapi import document
from .problems import init_problems
from .routes import endpoints
from .traces import init_traces

PREFIX = "/api/v1"
NAME = "api_v1"
DESCRIPTION = f"{NAME}.description"  # the only route that asks for no token: it tells nothing of anybody


@limiter.request_filter
def _unlimited() -> bool:
    """Limits are for who types passwords; to look for one costs a request more than to read its body."""
    return request.blueprint == NAME


def register(app: Flask) -> None:
    """Add the API under its prefix, `/health` and `/metrics` at the root, and the log of requests.

    Exempt from CSRF protection because a bearer token is the only thing it accepts: a browser sends none by itself.
    """
    blueprint = Blueprint(NAME, __name__, url_prefix=PREFIX)
    init_problems(blueprint)
    table = endpoints(app)

    @cache
    def described() -> object:
        return document(table, PREFIX)

    def description() -> Response:
        return json_answer(described())

    def admit() -> None:
        if request.endpoint != DESCRIPTION:
            authenticate()

    blueprint.before_request(admit)
    blueprint.add_url_rule("/_openapi", "description", description)
    for endpoint in table:
        blueprint.add_url_rule(endpoint.path, endpoint.name, endpoint.view, methods=[endpoint.method])
    app.register_blueprint(blueprint)
    csrf.exempt(blueprint)
    init_monitoring(app)
    init_traces(app)
