"""The language of an answer: the user's choice, else the browser's wish, else the installation's."""

from __future__ import annotations

from flask import Flask, Response, current_app, has_request_context, request, session
from flask_babel import get_locale, refresh

CHOICE = "locale"  # the session key FAB uses too; the sign-in sets it from the user's setting


def select_language() -> str:
    """Return the language code for this request; never touches the database, so error pages may use it."""
    known = list(current_app.config["LANGUAGES"])
    default = str(current_app.config["BABEL_DEFAULT_LOCALE"])
    if not has_request_context():
        return default
    chosen = session.get(CHOICE)
    if chosen in known:
        return str(chosen)
    return request.accept_languages.best_match(known) or default


def choose_language(code: str) -> bool:
    """Keep `code` for this session; False, and nothing kept, when it is no language of ours."""
    if code not in current_app.config["LANGUAGES"]:
        return False
    session[CHOICE] = code
    refresh()
    return True


def language() -> str:
    """Return the code for the `lang` attribute."""
    return str(get_locale() or current_app.config["BABEL_DEFAULT_LOCALE"]).replace("_", "-")


def _name_language(response: Response) -> Response:
    if response.mimetype == "text/html":
        response.headers["Content-Language"] = language()
    return response


def init_language(app: Flask) -> None:
    """Replace FAB's selector, which writes the default into every session and so never asks the browser."""
    app.extensions["babel"].locale_selector = select_language
    app.jinja_env.globals["language"] = language
    app.after_request(_name_language)
