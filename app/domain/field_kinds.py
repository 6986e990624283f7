"""Kinds of values a request may hold: each reads one value strictly and describes itself as JSON Schema.

`read` never raises: what is wrong goes to `errors`, with nothing of the value, and WRONG comes back, so that every wrong
field of a request is reported at once. The schema says what `read` demands: the API's own description is made of it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from .card_search import IN_FIELD, NOT_HERE, find_card_number
from .errors import FieldError
from .text import N_

Errors = list[FieldError]
WRONG: Final = object()  # "already reported"

_CONTROLS = frozenset({"Cc", "Cs", "Zl", "Zp"})  # control characters, halves of pairs, line and paragraph separators
# They turn round what stands beside them, an amount too; marks of direction, which words need, are not among them.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_PRINTABLE = r"^[^\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]*$"


@dataclass(frozen=True, slots=True)
class Text:
    """A text of at most `most` characters without control characters; outer blanks are dropped, nothing left is None.

    With `pattern` (the whole text, nothing is dropped) another text is refused as `code`. Only `secret` texts may hold a
    card number.
    """

    most: int
    least: int = 0
    pattern: str | None = None
    code: str = "malformed"
    message: str = N_("This value has another form than is expected here.")
    secret: bool = False
    format: str | None = None

    def read(self, value: object, name: str, errors: Errors) -> Any:
        """Return the text, None for nothing, WRONG once reported."""
        if not isinstance(value, str):
            return _wrong_type(name, N_("This must be a text."), errors)
        error = self._fault(value, name)
        if error is not None:
            errors.append(error)
            return WRONG
        return value if self.pattern or self.secret else value.strip() or None

    def _fault(self, value: str, name: str) -> FieldError | None:
        if not is_plain(value):
            return FieldError(name, "control_character", N_("Line ends and control characters are not possible here."))
        if len(value) > self.most:
            return FieldError(name, "too_long", N_("At most %(most)s characters are possible."), {"most": self.most})
        if not self.secret and find_card_number(value) is not None:
            return FieldError(name, IN_FIELD, NOT_HERE)
        if len(value) < self.least or (self.pattern is not None and not re.fullmatch(self.pattern, value)):
            return FieldError(name, self.code, self.message)
        return None

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        pattern = f"^(?:{self.pattern})$" if self.pattern else _PRINTABLE
        schema: dict[str, Any] = {"type": "string", "maxLength": self.most, "pattern": pattern}
        if self.least:
            schema["minLength"] = self.least
        if self.format:
            schema["format"] = self.format
        return schema


@dataclass(frozen=True, slots=True)
class Whole:
    """A whole number from `least` to `most`; truth values and decimals are none."""

    least: int
    most: int

    def read(self, value: object, name: str, errors: Errors) -> Any:
        """Return the number, WRONG once reported."""
        if isinstance(value, bool) or not isinstance(value, int):
            return _wrong_type(name, N_("This must be a whole number."), errors)
        if not self.least <= value <= self.most:
            text = N_("The number must be %(least)s to %(most)s.")
            errors.append(FieldError(name, "out_of_range", text, {"least": self.least, "most": self.most}))
            return WRONG
        return value

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True, slots=True)
class Choice:
    """One of some words, as they are written; with `message` (a long list's) another word is refused as `code`."""

    values: tuple[str, ...]
    code: str = "not_a_choice"
    message: str = N_("Possible: %(choices)s.")

    def read(self, value: object, name: str, errors: Errors) -> Any:
        """Return the word, WRONG once reported."""
        if isinstance(value, str) and value in self.values:
            return value
        errors.append(FieldError(name, self.code, self.message, {"choices": ", ".join(self.values)}))
        return WRONG

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        return {"type": "string", "enum": list(self.values)}


@dataclass(frozen=True, slots=True)
class Several:
    """A list of some words, each once."""

    values: tuple[str, ...]

    def read(self, value: object, name: str, errors: Errors) -> Any:
        """Return the words as a sorted tuple, WRONG once reported."""
        if not isinstance(value, list):
            return _wrong_type(name, N_("This must be a list."), errors)
        if not all(isinstance(each, str) and each in self.values for each in value) or len(set(value)) != len(value):
            text = N_("Possible, each once: %(choices)s.")
            errors.append(FieldError(name, "not_a_choice", text, {"choices": ", ".join(self.values)}))
            return WRONG
        return tuple(sorted(value))

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        return {"type": "array", "items": {"type": "string", "enum": list(self.values)}, "uniqueItems": True}


@dataclass(frozen=True, slots=True)
class Day:
    """A calendar date as ISO 8601 writes it, like 2026-11-27."""

    def read(self, value: object, name: str, errors: Errors) -> Any:
        """Return the date, WRONG once reported."""
        if isinstance(value, str) and re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
        errors.append(FieldError(name, "date_invalid", N_("This is not a date like 2026-11-27.")))
        return WRONG

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        return {"type": "string", "format": "date"}


def is_plain(text: str) -> bool:
    """Whether a text of one line holds no control character and nothing that reorders what stands beside it."""
    return not any(unicodedata.category(sign) in _CONTROLS or sign in _TURNING for sign in text)


def choice(values: Iterable[str]) -> Choice:
    """Return the choice of these words (an enumeration's values too)."""
    return Choice(tuple(str(value) for value in values))


def _wrong_type(name: str, message: str, errors: Errors) -> object:
    errors.append(FieldError(name, "wrong_type", message))
    return WRONG
