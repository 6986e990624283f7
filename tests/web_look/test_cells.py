"""A list's cells are the HTML that the macros give."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from flask import Flask

from app.web.cells import Cells

VALUES = (
    ("amount", 123_456), ("state", "TO_CAPTURE"), ("state", "<ODD>"), ("status", "DONE"), ("operation", "CREDIT"), ("event", "MOVED"),
    ("moment", datetime(2026, 3, 29, 1, 30, tzinfo=UTC)), ("day", date(2026, 3, 9)), ("code", "497010######0006"), ("yes_no", True),
    ("text", "<b>&"), ("text", None), ("amount", None), ("text", ""), ("number", 0),
)  # fmt: skip


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize(("kind", "content"), VALUES)
@pytest.mark.parametrize("head", [True, False])
def test_a_cell_is_what_the_macros_write(sample: Flask, kind: str, content: object, head: bool, language: str) -> None:
    column = {"name": "x", "kind": kind, "number": kind == "amount"}
    columns = [column] if head else [{"name": "first", "kind": "text", "number": False}, column]
    with sample.test_request_context("/", headers={"Accept-Language": language}):
        macros = sample.jinja_env.from_string(
            '{% import "egestion/ui.html" as ui %}{{ ui.cell(ui.value(content, kind, "EUR", "Asia/Kathmandu"), "L\\"", number, head) }}'
        )
        wanted = macros.render(content=content, kind=kind, number=column["number"], head=head)
        row = Cells(columns, {"x": 'L"'}, {}).row({"x": content, "first": "1"}, "EUR", "Asia/Kathmandu", None)
        cell = row if head else row[row.index("<td") :]
    assert level(str(cell)) == level(wanted)


def level(html: str) -> str:
    """Blanks between and inside tags count for nothing."""
    return re.sub(r"\s*([<>])\s*", r"\1", re.sub(r"\s+", " ", html)).strip()
