"""Errors of the API as problem+json (RFC 9457) with a stable `code`: the one place that catches a DomainError.

Nothing of the request is repeated: no path, no value. `instance` is the number an unexpected error is logged under.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from types import MappingProxyType
from typing import Any

import structlog
from flask import Blueprint, Response, current_app, g, request
from flask.typing import ResponseReturnValue
from flask_babel import force_locale, gettext
from sqlalchemy.exc import DBAPIError, OperationalError, TimeoutError
from werkzeug.exceptions import HTTPException

from ..audit import record_card_found, record_refused_access
from ..database import release_request_connection
from ..domain.errors import DomainError, FieldError, InvalidInput
from ..domain.text import N_
from ..web.refusals import in_words
from .traces import places

log = structlog.get_logger(__name__)
PROBLEM = "application/problem+json"
KEPT_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate")
#: What is wrong before or beside the domain: HTTP status -> (code, message).
BY_STATUS: Mapping[int, tuple[str, str]] = MappingProxyType(
    {
        400: ("malformed_request", N_("The request could not be read.")),
        401: ("unauthorized", N_("A valid bearer token is needed.")),
        403: ("not_permitted", N_("Your profile does not allow this.")),
        404: ("not_found", N_("There is no such thing here.")),
        405: ("method_not_allowed", N_("This method is not possible here.")),
        408: ("timeout", N_("The request took too long to arrive.")),
        413: ("body_too_large", N_("The request is too large.")),
        414: ("uri_too_long", N_("The address is too long.")),
        415: ("unsupported_media_type", N_("The body must be JSON (Content-Type: application/json).")),
        429: ("too_many_requests", N_("Too many requests; try again in a minute.")),
        500: (
            "internal_error",
            N_("Something went wrong on our side. Look at the transaction before you repeat a payment or a refund."),
        ),
        503: ("unavailable", N_("The service is not available just now; repeat with the same Idempotency-Key.")),
    }
)


class Unauthorized(DomainError):
    """No bearer token, or one that is not (any more) valid."""

    status = 401
    code = "unauthorized"
    message = BY_STATUS[401][1]


class UnsupportedMediaType(DomainError):
    """A body that is not JSON."""

    status = 415
    code = "unsupported_media_type"
    message = BY_STATUS[415][1]


def problem(error: HTTPException) -> ResponseReturnValue:
    """Answer an HTTP error under the API's prefix (also where no route of ours was found)."""
    status = error.code or 500
    if status < 400:
        return error.get_response()
    code, message = BY_STATUS.get(status) or BY_STATUS[400 if status < 500 else 500]
    kept = {name: value for name, value in error.get_headers() if name in KEPT_HEADERS}
    return respond(status, code, message, headers=kept)


def refused(error: DomainError) -> Response:
    """Answer a refusal of the domain, in the caller's language."""
    release_request_connection()
    fields = error.errors if isinstance(error, InvalidInput) else None
    _tell(error, fields or ())
    return respond(error.status, error.code, error.message, error.params, fields)


def _tell(error: DomainError, fields: Sequence[FieldError]) -> None:
    """Write to the audit what must be seen: refused access, a card number where none belongs. Names, never values."""
    if request.url_rule is None or "Authorization" not in request.headers:
        return
    record_refused_access(g.get("actor"), error.status)  # PCI DSS 10.2.1.4
    record_card_found(g.get("actor"), f"{request.method} {request.url_rule.rule}", fields)


def unexpected(error: Exception) -> Response:
    """Answer and log what nobody foresaw: where it came from, never its text, which may hold what was sent."""
    release_request_connection()
    number = f"urn:uuid:{uuid.uuid4()}"
    sqlstate = getattr(error.orig, "sqlstate", None) if isinstance(error, DBAPIError) else None
    known = {"error": type(error).__name__, "sqlstate": sqlstate, "at": places(error), "instance": number}
    if isinstance(error, (OperationalError, TimeoutError)):
        log.warning("database_unavailable", **known)
        return respond(503, *BY_STATUS[503], headers={"Retry-After": "5"})
    log.error("unexpected_error", **known)
    return respond(500, *BY_STATUS[500], more={"instance": number})


def respond(
    status: int,
    code: str,
    message: str,
    params: Mapping[str, Any] = MappingProxyType({}),
    errors: Sequence[FieldError] | None = None,
    more: Mapping[str, Any] = MappingProxyType({}),
    headers: Mapping[str, str] = MappingProxyType({}),
) -> Response:
    """Return the problem; `more` are its extension members."""
    language = caller_language()
    body: dict[str, Any] = {"type": f"urn:egestion:problem:{code}", "title": HTTPStatus(status).phrase}
    body |= {"status": status, "code": code}
    with force_locale(language):
        body["detail"] = translated(message, params).strip()
        if errors is not None:
            body["errors"] = [
                {"field": each.field, "code": each.code, "message": translated(each.message, each.params)}
                for each in errors
            ]
    response = current_app.response_class(json.dumps({**body, **more}), status, mimetype=PROBLEM)
    response.headers.extend(headers)
    response.headers["Content-Language"] = language
    response.headers["Cache-Control"] = "no-store"
    if status == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="e-gestion"'
    return response


def translated(message: str, params: Mapping[str, Any]) -> str:
    """Return a msgid in the language in force, filled; `why`, where there is one, is a msgid itself."""
    filled = in_words(params)
    if isinstance(filled.get("why"), str):
        filled["why"] = gettext(filled["why"], **filled)
    return str(gettext(message, **filled))


def caller_language() -> str:
    """Return the language of Accept-Language among ours, else the installation's."""
    known = list(current_app.config["LANGUAGES"])
    return request.accept_languages.best_match(known) or str(current_app.config["BABEL_DEFAULT_LOCALE"])


def init_problems(blueprint: Blueprint) -> None:
    """Catch everything a route of the blueprint raises."""
    blueprint.register_error_handler(DomainError, refused)
    blueprint.register_error_handler(HTTPException, problem)
    blueprint.register_error_handler(Exception, unexpected)
