"""FAB's search as a plain form: one labelled input per column, no script, the same `_flt_<n>_<column>` names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Flask, request
from flask_babel import gettext
from markupsafe import Markup
from wtforms import Field, widgets

from app.web.controls import PLAIN

# What one input per column means: the first of these operators the column knows; dates get a range.
PREFERRED = ("ct", "rel_o_m", "rel_m_m", "eq")
RANGE = ("gt", "lt")


@dataclass(frozen=True, slots=True)
class SearchInput:
    """One input of the form: its label, control and id, and whose days are meant."""

    id: str
    label: str
    control: Markup
    hint: str | None = None


def search_inputs(form: Any, filters: Any, columns: list[str], days: str | None = None) -> list[SearchInput]:
    """Return the inputs for FAB's search form with what the address says now; `days` says whose days those of moments are."""
    inputs: list[SearchInput] = []
    for column in columns:
        operators = [operator.arg_name for operator in filters.get_search_filters().get(column) or ()]
        field: Field = form[column]
        label = str(field.label.text)
        if field.type in ("DateField", "DateTimeField"):
            words = {"gt": gettext("%(label)s after", label=label), "lt": gettext("%(label)s before", label=label)}
            inputs += [
                _input(field, operators.index(o), words[o], days if field.type == "DateTimeField" else None)
                for o in RANGE
                if o in operators
            ]
        elif wanted := next((o for o in PREFERRED if o in operators), None):
            inputs.append(_input(field, operators.index(wanted), label))
    return inputs


def _input(field: Field, index: int, label: str, hint: str | None = None) -> SearchInput:
    name = f"_flt_{index}_{field.name}"
    value = request.args.get(name, "")
    identity = f"search-{index}-{field.name}"
    if field.type == "BooleanField":
        choices = [("", gettext("any")), ("1", gettext("yes")), ("0", gettext("no"))]
        return SearchInput(identity, label, _select(name, identity, choices, value))
    if isinstance(PLAIN.get(type(field.widget), field.widget), widgets.Select):
        choices = [("", gettext("any"))]
        choices += [(str(value), str(text)) for value, text, *_ in field.iter_choices() if value != "__None"]
        return SearchInput(identity, label, _select(name, identity, choices, value))
    kind = "date" if field.type in ("DateField", "DateTimeField") else "text"
    described = Markup(' aria-describedby="{}-hint"').format(identity) if hint else ""
    html = Markup('<input class="control" type="{}" id="{}" name="{}" value="{}"{}>')
    return SearchInput(identity, label, html.format(kind, identity, name, value, described), hint)


def _select(name: str, identity: str, choices: list[tuple[str, str]], chosen: str) -> Markup:
    options = Markup("").join(
        Markup('<option value="{}"{}>{}</option>').format(key, Markup(" selected") if key == chosen else "", text)
        for key, text in choices
    )
    return Markup('<select class="control" id="{}" name="{}">{}</select>').format(identity, name, options)


def init_searching(app: Flask) -> None:
    """Register `search_inputs` for the search widget."""
    app.jinja_env.globals["search_inputs"] = search_inputs
