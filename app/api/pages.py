"""Lists as the API answers them: items, the cursor of the next page, a count that stops at 10,000."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, request

from ..models.queries.keyset import COUNT_LIMIT, Page
from .answers import json_answer
from .shapes import Schema


def query_args() -> dict[str, list[str]]:
    """Return the query's parameters with every value given."""
    return request.args.to_dict(flat=False)


def page_answer(page: Page, show: Callable[[Any], dict[str, Any]]) -> Response:
    """Return a page of rows, each as `show` shows it."""
    body = {"items": [show(row) for row in page.rows], "next_cursor": page.next_cursor}
    return json_answer(body | {"count": page.count, "count_is_exact": page.count_is_exact})


def page_schema(item: Schema) -> Schema:
    """Return the JSON Schema of `page_answer`."""
    count = {"type": "integer", "minimum": 0, "maximum": COUNT_LIMIT, "description": "counted up to its maximum"}
    return {
        "type": "object",
        "required": ["items", "next_cursor", "count", "count_is_exact"],
        "properties": {
            "items": {"type": "array", "items": item},
            "next_cursor": {"type": ["string", "null"]},
            "count": count,
            "count_is_exact": {"type": "boolean"},
        },
    }
