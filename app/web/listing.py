"""What the list and show templates ask about a generated view: its cells, its links, its permissions.

A view may say more with plain attributes, all optional (docs/screens.md):
`column_kinds` {column: amount | number | moment | day | state | operation | status | event | code}, `hidden_columns`,
`currency_column`, `zone_column`, `row_name`, `empty_text`, `filter_template`, `row_actions`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from flask import Flask, current_app, request, url_for
from flask_babel import gettext
from markupsafe import Markup
from werkzeug.routing import BuildError

from app.web.links import here

GUESSED = {"state": "state"}
KNOWN = {"merchant_id": "text"}  # a number, but shown as a name


def view_named(name: str) -> Any:
    """Return the registered view of class `name`; None when there is none."""
    return next((view for view in current_app.extensions["appbuilder"].baseviews if type(view).__name__ == name), None)


def kind_of(view: Any, column: str, value: object = None) -> str:
    """Return how a column's value is written: declared by the view, else guessed from the value itself."""
    declared = (getattr(view, "column_kinds", None) or GUESSED).get(column) or KNOWN.get(column)
    if declared:
        return str(declared)
    if isinstance(value, bool):
        return "yes_no"
    if isinstance(value, int):
        return "number"
    if isinstance(value, datetime):
        return "moment"
    if isinstance(value, date):
        return "day"
    return "list" if isinstance(value, (list, tuple, set, frozenset)) else "text"


def columns_of(view: Any, columns: Iterable[str], rows: list[Mapping[str, object]]) -> list[dict[str, object]]:
    """Return [{name, kind, number}] of the visible columns; kinds come from the first row that has a value."""
    hidden = set(getattr(view, "hidden_columns", None) or ())
    out: list[dict[str, object]] = []
    for name in columns:
        if name not in hidden:
            kind = kind_of(view, name, next((row[name] for row in rows if row.get(name) is not None), None))
            out.append({"name": name, "kind": kind, "number": kind in ("amount", "number")})
    return out


def heads_of(
    columns: list[dict[str, object]],
    labels: Mapping[str, object],
    sortable: Iterable[str],
    view_name: str,
    sorted_by: str | None = None,
) -> list[dict[str, object]]:
    """Return the head cells of `columns_of`'s columns: label, alignment and, where sortable, link and state.

    `sorted_by`: the list takes the API's `sort` and is in this order now.
    """
    can_sort = set(sortable or ())
    heads: list[dict[str, object]] = []
    for column in columns:
        name = str(column["name"])
        head = {"label": labels.get(name, name), "number": column["number"]}
        if name in can_sort and sorted_by is not None:
            other = f"-{name}" if sorted_by == name else name
            state = {name: "ascending", f"-{name}": "descending"}.get(sorted_by, "none")
            head |= {"sort": here(sort=other, cursor=None), "sorted": state}
        elif name in can_sort:
            head |= {"sort": sort_link(name, view_name), "sorted": sort_state(name, view_name)}
        heads.append(head)
    return heads


def row_link(href: str | None, content: object) -> Markup:
    """Return `content` as the link to its record."""
    return Markup('<a href="{}">{}</a>').format(href or "", content)


def sort_link(column: str, view_name: str) -> str:
    """Return the link that sorts by `column`, the other way round when it is sorted by it already."""
    direction = "desc" if sort_state(column, view_name) == "ascending" else "asc"
    order = {f"_oc_{view_name}": column, f"_od_{view_name}": direction}
    return here(**order, **{f"page_{view_name}": None})


def sort_state(column: str, view_name: str) -> str:
    """Return the value of `aria-sort` for a column: ascending, descending or none."""
    if request.args.get(f"_oc_{view_name}") != column:
        return "none"
    return "ascending" if request.args.get(f"_od_{view_name}") == "asc" else "descending"


def view_link(view_name: str, method: str, **values: object) -> str | None:
    """Return the URL of a view's method, None when the view has no such route."""
    try:
        return url_for(f"{view_name}.{method}", **values)  # type: ignore[arg-type]
    except BuildError:
        return None


def list_before(view_name: str) -> str | None:
    """Return the list a record of the view was opened from, as the view knows it, else its list."""
    bare = view_link(view_name, "list")
    known = getattr(view_named(view_name), "back_to_list", None)
    return bare if known is None else known(bare)


def words_of(actions: Mapping[str, Any]) -> dict[str, str]:
    """Return what the buttons of actions say, by their names."""
    return {key: gettext(str(action.text)) for key, action in actions.items()}


def init_listing(app: Flask) -> None:
    """Register the functions as template globals."""
    app.jinja_env.globals.update(
        view_named=view_named,
        kind_of=kind_of,
        columns_of=columns_of,
        heads_of=heads_of,
        row_link=row_link,
        sort_link=sort_link,
        sort_state=sort_state,
        view_link=view_link,
        words_of=words_of,
        list_before=list_before,
    )
