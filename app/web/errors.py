"""Error pages: what happened and what to do, without detail, path or stack; never a database call.

Problems under /api/ are answered by `problem`, given by the API; see docs/screens.md.
"""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext, lazy_gettext
from flask_babel.speaklater import LazyString
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

# status -> (title, what to do)
TEXTS: dict[int, tuple[LazyString, LazyString]] = {
    400: (
        lazy_gettext("This request cannot be read"),
        lazy_gettext("Go back, check what you typed and send it again."),
    ),
    401: (lazy_gettext("Please sign in"), lazy_gettext("Your session has ended. Sign in to go on.")),
    403: (
        lazy_gettext("You may not do this"),
        lazy_gettext("Your profile does not allow it. Your manager can change that."),
    ),
    404: (lazy_gettext("There is no such page"), lazy_gettext("It may have been removed, or the address is mistyped.")),
    405: (lazy_gettext("Not possible this way"), lazy_gettext("Use the buttons and links of the screen.")),
    409: (
        lazy_gettext("Not possible any more"),
        lazy_gettext("Something changed meanwhile. Go back, load the page again and look at it before you go on."),
    ),
    413: (lazy_gettext("Too large"), lazy_gettext("The file or form is larger than the service accepts.")),
    429: (lazy_gettext("Too many attempts"), lazy_gettext("Wait a minute, then try again.")),
    500: (
        lazy_gettext("Something went wrong on our side"),
        lazy_gettext("It has been recorded. Look at the transaction's page before you repeat a payment or a refund."),
    ),
    503: (
        lazy_gettext("The service is not available just now"),
        lazy_gettext("Try again in a few minutes. If you cannot wait, use the payment terminal."),
    ),
}


def error_page(status: int, title: str | None = None, text: str | None = None) -> Response:
    """Render the page of `status` (another status gets the text of 400 or 500); `title`, `text` replace its words."""
    known = TEXTS.get(status) or TEXTS[400 if status < 500 else 500]
    body = render_template("egestion/error.html", status=status, title=title or known[0], text=text or known[1])
    return make_response(body, status)


def init_errors(app: Flask, problem: Callable[[HTTPException], ResponseReturnValue] | None = None) -> None:
    """Register one handler for all HTTP errors; unhandled exceptions reach it as 500, already logged by Flask."""

    def handle(error: HTTPException) -> ResponseReturnValue:
        if problem is not None and request.path.startswith("/api/"):
            return problem(error)
        status = error.code or 500
        if status < 400:  # a redirect raised as an exception is no error
            return error.get_response()
        if isinstance(error, CSRFError):
            return error_page(400, gettext("This page has expired"), gettext("Load it again and repeat your entry."))
        page = error_page(status)
        for name in ("Allow", "Retry-After", "WWW-Authenticate"):
            if name in (headers := dict(error.get_headers())):
                page.headers[name] = headers[name]
        return page

    app.register_error_handler(HTTPException, handle)
