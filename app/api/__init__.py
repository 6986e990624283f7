"""API v1: bearer tokens, JSON in and out, problems as RFC 9457. Calls the desk and the shared queries, decides nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the command that prints tokens starts without Flask
    from flask import Flask
    from flask.typing import ResponseReturnValue
    from werkzeug.exceptions import HTTPException


def register(app: Flask) -> None:
    """Add the API under /api/v1, `/health` and `/metrics` at the root, and the log of requests."""
    from .registration import register as add

    add(app)


def problem(error: HTTPException) -> ResponseReturnValue:
    """Answer an HTTP error of a request under /api/ as problem+json."""
    from .problems import problem as answer

    return answer(error)
