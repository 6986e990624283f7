"""How this package turns down a text: one value error with a stable code, mapped to fields by the caller."""

from __future__ import annotations

from typing import Any

from .errors import FieldError


class Rejected(ValueError):
    """A value that cannot be accepted.

    `code` is stable, `message` an English msgid with `%(name)s` placeholders filled from `params`, `field` the API name
    of the field where the module knows it (else empty), `also` what was wrong beside it. The refused text itself is
    never kept: it may be a card number typed into the wrong field.
    """

    def __init__(
        self, code: str, message: str, *, field: str = "", also: tuple[Rejected, ...] = (), **params: Any
    ) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.field = field
        self.also = also
        self.params = params

    def field_errors(self, field: str = "") -> tuple[FieldError, ...]:
        """Return this and everything in `also` as errors of fields; `field` names those that do not know their own."""
        return tuple(FieldError(r.field or field, r.code, r.message, r.params) for r in (self, *self.also))
