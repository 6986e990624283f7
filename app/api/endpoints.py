"""One endpoint of the API: what is routed is what is described, since both are made of this."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flask.typing import ResponseReturnValue

from ..domain.fields import Field
from .shapes import Schema

READ_PROBLEMS = (400, 401, 403, 404, 422, 503)
WRITE_PROBLEMS = (400, 401, 403, 404, 409, 413, 415, 422, 503)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A method on a path (Flask's spelling, below the prefix) and all that a client must know of it.

    `answers` maps statuses to (description, schema); `body` is None where none is taken, and may be left out where no
    field of it is needed.
    """

    method: str
    path: str
    name: str
    summary: str
    view: Callable[..., ResponseReturnValue]
    answers: Mapping[int, tuple[str, Schema]]
    query: tuple[Field, ...] = ()
    body: tuple[Field, ...] | None = None
    problems: tuple[int, ...] = field(default=READ_PROBLEMS)

    @property
    def writes(self) -> bool:
        """Whether it takes an Idempotency-Key."""
        return self.method in ("POST", "PATCH")

    @property
    def body_required(self) -> bool:
        """Whether a body must be sent."""
        return any(each.required for each in self.body or ())
