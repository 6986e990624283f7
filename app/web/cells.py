"""A list's cells, written here and not by macros: a page of 50 rows has 500, and each macro call costs more than the rest.

The same HTML as `ui.value` and `ui.cell` give (egestion/macros), which the tests compare.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Flask
from markupsafe import Markup, escape

from . import formats, labels

_BADGES = ("state", "status", "remittance", "mail")
_NOTHING = escape(formats.NOTHING)


class Cells:
    """Writes the cells of one list: words and labels are looked up once a page."""

    def __init__(self, columns: list[dict[str, Any]], names: Mapping[str, Any], formatters: Mapping[str, Any]) -> None:
        self._columns = [
            (column["name"], column["kind"], bool(column["number"]), escape(str(names.get(column["name"], ""))))
            for column in columns
        ]
        self._formatters = formatters
        self._badges: dict[tuple[str, object], Markup] = {}

    def row(
        self,
        item: Mapping[str, Any],
        currency: str | None,
        zone: str | None,
        href: str | None,
        zone_name: str | None = None,
    ) -> Markup:
        """Return the cells of a row; the first names it and, with `href`, leads to its record. `zone_name` stands by times."""
        parts: list[str] = []
        for place, (name, kind, number, label) in enumerate(self._columns):
            content = item[name]
            formatter = self._formatters.get(name)
            written = (
                escape(formatter(content)) if formatter else self.written(content, kind, currency, zone, zone_name)
            )
            if written == "":
                written = _NOTHING
            css = ' class="number"' if number else ""
            if place:
                parts.append(f'<td role="cell" data-label="{label}"{css}>{written}</td>')
            else:
                named = f'<a href="{escape(href)}">{written}</a>' if href else written
                parts.append(f'<th role="rowheader" scope="row" data-label="{label}"{css}>{named}</th>')
        return Markup("".join(parts))  # noqa: S704 - of escaped parts

    def written(
        self, content: Any, kind: str, currency: str | None, zone: str | None, zone_name: str | None = None
    ) -> Markup:
        """Return a value by its kind, for kinds that lists hold much of; the rest as text."""
        if content is None or content == "":
            return _NOTHING
        if isinstance(content, Markup):
            return content
        if kind == "amount" and currency:
            return Markup('<span class="amount">{}</span>').format(formats.amount(content, currency))
        if kind in _BADGES or kind in ("operation", "event"):
            return self._word(content, kind)
        if kind == "moment" and isinstance(content, datetime):
            time = Markup('<time datetime="{}" title="{}">{}</time>').format(
                content.isoformat(), formats.moment(content, zone, long=True), formats.moment(content, zone)
            )
            return time + Markup(' <span class="zone">{}</span>').format(zone_name) if zone_name else time
        if kind == "day":
            return Markup('<time datetime="{}">{}</time>').format(content.isoformat(), formats.day(content))
        if kind == "code":
            return Markup('<span class="code">{}</span>').format(content)
        return escape(labels.yes_no(content)) if kind == "yes_no" else escape(content)

    def _word(self, content: object, kind: str) -> Markup:
        known = self._badges.get((kind, content))
        if known is None:
            word = labels.label(content, kind)
            known = escape(word)
            if kind in _BADGES:
                known = Markup('<span class="badge {}">{}</span>').format(labels.tone(content, kind), word)
            self._badges[kind, content] = known
        return known


def cells_of(columns: list[dict[str, Any]], names: Mapping[str, Any], formatters: Mapping[str, Any]) -> Cells | None:
    """Return the writer of a list's cells; None where a column is of a kind only the macros write."""
    return None if any(column["kind"] == "list" for column in columns) else Cells(columns, names, formatters)


def init_cells(app: Flask) -> None:
    """Register `cells_of` for the list's template."""
    app.jinja_env.globals["cells_of"] = cells_of
