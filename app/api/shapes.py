"""What the API shows of a row: each shape is one table of parts, of which answers AND their description are made."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Part:
    """One member of an answer: its name, its JSON Schema, and how it is read of the row."""

    name: str
    schema: Schema
    of: Callable[[Any], Any]


Shape = Sequence[Part]


def shown(shape: Shape, row: Any) -> dict[str, Any]:
    """Return the row as the shape shows it."""
    return {part.name: part.of(row) for part in shape}


def schema_of(shape: Shape) -> Schema:
    """Return the JSON Schema of `shown`: every part is always there."""
    return {
        "type": "object",
        "required": [part.name for part in shape],
        "properties": {part.name: part.schema for part in shape},
    }


def attribute(name: str, schema: Mapping[str, Any], source: str | None = None, *, nullable: bool = False) -> Part:
    """Return the part that shows an attribute of the row (`source`, else its own name)."""
    plain = dict(schema)
    if nullable:
        plain["type"] = [plain["type"], "null"]
        if "enum" in plain:
            plain["enum"] = [*plain["enum"], None]
    path = (source or name).split(".")

    def of(row: Any) -> Any:
        for step in path:
            row = getattr(row, step) if row is not None else None
        return row.isoformat() if type(row) is date else moment(row) if isinstance(row, datetime) else row

    return Part(name, plain, of)


def moment(instant: datetime | None) -> str | None:
    """Return an aware instant as ISO 8601 in UTC, like 2026-11-24T08:15:00.123456Z."""
    return None if instant is None else instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
AMOUNT: Schema = {"type": "integer", "minimum": 0, "description": "minor units"}
MOMENT: Schema = {"type": "string", "format": "date-time", "description": "UTC"}
DAY: Schema = {"type": "string", "format": "date", "description": "in the merchant's zone"}


def words(values: Any) -> Schema:
    """Return the schema of one of some words."""
    return {"type": "string", "enum": [str(value) for value in values]}
