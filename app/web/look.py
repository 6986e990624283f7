"""Binds everything the screens share to one application: headers, formats, language, links, frame, error pages."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException

from app.web import cells, controls, csp, errors, formats, language, links, listing, searching, shell, unread


def init_look(app: Flask, problem: Callable[[HTTPException], ResponseReturnValue] | None = None) -> None:
    """Bind it all; call it after `AppBuilder.init_app`, whose Babel it adjusts.

    `problem` answers HTTP errors of requests under /api/; without it they get the error page like everything else.
    """
    # Half the bytes of a list page are the templates' own line ends.
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    csp.init_csp(app)
    formats.init_formats(app)
    language.init_language(app)
    links.init_links(app)
    controls.init_controls(app)
    listing.init_listing(app)
    cells.init_cells(app)
    searching.init_searching(app)
    shell.init_shell(app)
    errors.init_errors(app, problem)
    unread.init_unread(app)
