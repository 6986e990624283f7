"""What every request passes before any view: a known host, readable values, an identity and its scope.

And what no view answers itself: errors of the database, refusals of the domain.
"""

from __future__ import annotations

from flask import Flask, Response, abort, current_app, g, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_login import current_user
from sqlalchemy.exc import DataError, OperationalError
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, HTTPException, ServiceUnavailable
from werkzeug.sansio.utils import host_is_trusted

from config import Settings

from ..audit import record_refused_access
from ..database import release_request_connection
from ..domain.errors import DomainError
from ..web.errors import error_page
from .misplaced_cards import refuse_card_numbers

STATIC = ("static", "appbuilder.static")
LARGEST_FORM = 512 * 1024  # bytes; files come as multipart, whose fields and parts have limits of their own
LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
API = "/api/"
FORM = "application/x-www-form-urlencoded"


def init_guard(app: Flask, settings: Settings) -> None:
    """Register the checks and handlers."""
    hosts = (*LOOPBACK, settings.host, *settings.hosts)

    def known_host() -> None:
        # An unknown name is somebody else's page pointed at us (DNS rebinding) or a forged link base.
        if not host_is_trusted(request.headers.get("Host", ""), hosts):
            abort(400)

    app.before_request_funcs.setdefault(None, []).insert(0, limit_form)  # whoever comes first reads the form: CSRF does
    app.before_request(known_host)
    app.before_request(refuse_unreadable)
    app.before_request(identify)
    app.before_request(_refuse_card_numbers)
    app.after_request(tell_refusals)
    app.register_error_handler(DataError, _unusable_value)
    app.register_error_handler(OperationalError, _no_database)
    app.register_error_handler(DomainError, _refused)


def limit_form() -> None:
    """Let a form be as large as forms are: werkzeug reads and parses it whole, which at 16 MB costs seconds."""
    if request.mimetype == FORM:
        request.max_content_length = LARGEST_FORM


def refuse_unreadable() -> None:
    """Refuse values no column can hold: NUL is no character to PostgreSQL. The API reads its own bodies."""
    if request.endpoint in STATIC:
        return
    if "\x00" in request.path or _has_nul(request.args):
        abort(400)
    if request.method == "POST" and not request.path.startswith(API) and _has_nul(request.form):
        abort(400)


def _has_nul(values: MultiDict[str, str]) -> bool:
    return any("\x00" in name or "\x00" in value for name, value in values.items(multi=True))


def identify() -> None:
    """Resolve who is asking, so that every statement of the request runs in their scope. The API has its own way."""
    if request.endpoint is None:
        # The page that says so needs nobody, and must not ask a database that may be away.
        current_app.extensions["appbuilder"].sm.lm._update_request_context_with_user()
    elif request.endpoint not in STATIC and not request.path.startswith(API):
        _ = current_user.is_authenticated


def _refuse_card_numbers() -> ResponseReturnValue | None:
    """The API refuses them by itself, and files have no forms."""
    if request.endpoint in STATIC or request.path.startswith(API):
        return None
    return refuse_card_numbers()


def tell_refusals(response: Response) -> Response:
    """Write refused access to the audit (PCI DSS 10.2.1.4). The API tells its own."""
    if response.status_code in (403, 404) and request.endpoint not in STATIC and not request.path.startswith(API):
        record_refused_access(g.get("actor"), response.status_code)
    return response


def _unusable_value(_error: DataError) -> ResponseReturnValue:
    release_request_connection()
    return _answer(BadRequest())


def _no_database(_error: OperationalError) -> ResponseReturnValue:
    """No connection, a lock or statement that took too long: nobody's mistake, try again."""
    release_request_connection()
    return _answer(ServiceUnavailable(retry_after=5))


def _refused(error: DomainError) -> ResponseReturnValue:
    """A refusal a view did not show beside its form."""
    release_request_connection()
    return error_page(error.status, text=gettext(error.message, **error.params))


def _answer(error: HTTPException) -> ResponseReturnValue:
    return current_app.ensure_sync(current_app.handle_http_exception)(error)  # type: ignore[no-any-return]
