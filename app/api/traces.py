"""What is logged of requests and errors: route templates and places in our code, never a path, a value or a message."""

from __future__ import annotations

import time
from pathlib import Path
from types import TracebackType
from typing import Any

import structlog
from flask import Flask, Response, g, request

log = structlog.get_logger(__name__)
DEEPEST = 12  # places of an error that are logged, the innermost last
QUIET = ("/health", "/metrics")


def places(error: BaseException | None) -> list[str]:
    """Return where an error came from, as `file:line function`, causes first; no values, no messages."""
    chain: list[str] = []
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        steps: list[str] = []
        step: TracebackType | None = error.__traceback__
        while step is not None:
            code = step.tb_frame.f_code
            steps.append(f"{Path(code.co_filename).name}:{step.tb_lineno} {code.co_name}")
            step = step.tb_next
        chain = [f"{type(error).__name__}:", *steps[-DEEPEST:], *chain]
        error = error.__cause__ or error.__context__
    return chain


def init_traces(app: Flask) -> None:
    """Log one line a request and, in the place of Flask's own traceback, the places of what nobody caught."""

    def log_exception(exc_info: Any) -> None:
        log.error("unexpected_error", route=_route(), method=request.method, at=places(exc_info[1]))

    def begin() -> None:
        g.begun = time.monotonic()

    def end(response: Response) -> Response:
        if request.path not in QUIET:
            took = round((time.monotonic() - g.begun) * 1000, 1) if "begun" in g else None
            log.info(
                "request",
                method=_method(),
                route=_route(),
                status=response.status_code,
                milliseconds=took,
                user=_user(),
            )
        return response

    app.log_exception = log_exception  # type: ignore[method-assign]  # Flask's writes the path
    app.before_request_funcs.setdefault(None, []).insert(0, begin)
    app.after_request(end)


def _route() -> str:
    """The template of the route, as in /api/v1/transactions/<reference>; "-" where none was found."""
    return request.url_rule.rule if request.url_rule is not None else "-"


def _method() -> str:
    """A method of HTTP; what somebody made up is not repeated."""
    return request.method if request.method in ("GET", "HEAD", "POST", "PATCH", "PUT", "DELETE", "OPTIONS") else "-"


def _user() -> int | None:
    """The number of who is asking, where that was found out."""
    actor = g.get("actor")
    return actor.id if actor is not None else None
