"""Named fields of a request: a body, a part of it, or a query is read by one table of fields, which also describes it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from .card_search import find_card_number
from .errors import FieldError
from .field_kinds import WRONG, Errors, Whole
from .text import N_

SHORT_NAME_FORM = N_("A merchant's short name has 2 to 20 capital letters or digits.")


class Kind(Protocol):
    """Reads one value strictly (see field_kinds) and describes itself as JSON Schema."""

    def read(self, value: object, name: str, errors: Errors) -> Any: ...
    def schema(self) -> dict[str, Any]: ...


@dataclass(frozen=True, slots=True)
class Field:
    """One named value. What is not `required` may be left out or null; `about` tells a client's author what it is."""

    name: str
    kind: Kind
    required: bool = False
    about: str = ""

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of the value."""
        schema = self.kind.schema()
        if not self.required:
            schema = {"anyOf": [schema, {"type": "null"}]}
        return {**schema, "description": self.about} if self.about else schema


@dataclass(frozen=True, slots=True)
class Group:
    """An object of fields inside another, like `customer`; errors name its fields as `customer.email`."""

    fields: tuple[Field, ...]

    def read(self, value: object, name: str, errors: Errors) -> Any:
        """Return the values given, by name; WRONG when it is no object. A wrong field is reported and left out."""
        if not isinstance(value, Mapping):
            errors.append(FieldError(name, "wrong_type", N_("This must be an object.")))
            return WRONG
        return read_fields(self.fields, value, errors, f"{name}.")

    def schema(self) -> dict[str, Any]:
        """Return the JSON Schema."""
        return object_schema(self.fields)


def read_fields(
    fields: Sequence[Field], values: Mapping[str, object], errors: Errors, prefix: str = ""
) -> dict[str, Any]:
    """Return the right values by name, None for null or nothing; every wrong, missing or unknown one is in `errors`."""
    known = {field.name for field in fields}
    for name in values:
        if name not in known:
            errors.append(FieldError(prefix + _shown(name), "unknown_field", N_("There is no such field here.")))
    found: dict[str, Any] = {}
    for field in fields:
        value = values.get(field.name)
        if value is not None:
            value = field.kind.read(value, prefix + field.name, errors)
        if value is None and field.required:
            errors.append(FieldError(prefix + field.name, "missing", N_("This is needed.")))
        elif value is not WRONG and field.name in values:
            found[field.name] = value
    return found


def read_query(fields: Sequence[Field], values: Mapping[str, Sequence[str]], errors: Errors) -> dict[str, Any]:
    """Return the values of a query string, each given once; numbers are read from their digits.

    A form of a page sends every input: it drops what was left empty before it asks.
    """
    kinds = {field.name: field.kind for field in fields}
    single: dict[str, object] = {}
    for name, texts in values.items():
        if len(texts) > 1:
            errors.append(FieldError(_shown(name), "repeated", N_("This may be given once only.")))
        elif isinstance(kinds.get(name), Whole):
            single[name] = int(texts[0]) if re.fullmatch("-?[0-9]{1,18}", texts[0], re.ASCII) else texts[0]
        else:
            single[name] = texts[0]
    return read_fields(fields, single, errors)


def object_schema(fields: Sequence[Field]) -> dict[str, Any]:
    """Return the JSON Schema of an object that has these fields and no other."""
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {field.name: field.schema() for field in fields},
        "additionalProperties": False,
    }
    if required := [field.name for field in fields if field.required]:
        schema["required"] = required
    return schema


def _shown(name: str) -> str:
    """The name of an unknown field as it may be repeated in an answer: it may be anything, a card number too."""
    plain = re.fullmatch(r"[A-Za-z_][A-Za-z0-9_.-]{0,39}", name)
    return name if plain and find_card_number(name) is None else "?"
