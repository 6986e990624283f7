"""Form controls without FAB's markup: same fields, same values, plain labelled HTML.

FAB's widgets repeat the label as a placeholder, give every date picker the same id and want select2; the browser's own
controls do all of it, by keyboard and in the user's language.
"""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask_appbuilder import fieldwidgets as fab
from flask_babel import gettext
from markupsafe import Markup
from wtforms import Field, widgets

PLAIN: dict[type[object], object] = {
    fab.BS3TextFieldWidget: widgets.TextInput(),
    fab.BS3TextAreaFieldWidget: widgets.TextArea(),
    fab.BS3PasswordFieldWidget: widgets.PasswordInput(),
    fab.DatePickerWidget: widgets.DateInput(),
    fab.DateTimePickerWidget: widgets.TextInput(),
    fab.Select2Widget: widgets.Select(),
    fab.Select2ManyWidget: widgets.Select(multiple=True),
}
NUMBERS = {"IntegerField": "numeric", "DecimalField": "decimal", "FloatField": "decimal"}


def kind(field: Field) -> str:
    """Return how a field is laid out: hidden, checkbox, choices (many of few) or line (label above control)."""
    if field.type in ("HiddenField", "CSRFTokenField"):
        return "hidden"
    if field.type == "BooleanField":
        return "checkbox"
    return "choices" if isinstance(field.widget, fab.Select2ManyWidget) else "line"


def control(field: Field, hint: bool = False) -> Markup:
    """Render the control of a WTForms field, tied to its hint and error (`<id>-hint`, `<id>-error`)."""
    attributes: dict[str, object] = {"class": "control"}
    described = [f"{field.id}-{part}" for part, there in (("hint", hint), ("error", bool(field.errors))) if there]
    if described:
        attributes["aria-describedby"] = " ".join(described)
    if field.errors:
        attributes["aria-invalid"] = "true"
    if field.type in NUMBERS:
        attributes["inputmode"] = NUMBERS[field.type]
    if field.type == "PasswordField":
        attributes["autocomplete"] = "new-password"
    widget = PLAIN.get(type(field.widget), field.widget)
    if isinstance(widget, widgets.TextArea):
        attributes["rows"] = 3
    return Markup(widget(field, **attributes))  # type: ignore[operator]  # noqa: S704 - WTForms escapes


def form_errors(form: Any, names: list[str]) -> list[tuple[str, str]]:
    """Return (control id, "label: error") of the named fields, then of the form itself (an expired token)."""
    fields = [form[name] for name in names if name in form]
    found = [
        (field.id, str(gettext("%(label)s: %(error)s", label=field.label.text, error=error)))
        for field in fields
        for error in field.errors
    ]
    others = [error for name, field in form._fields.items() if name not in names for error in field.errors]
    return found + [("content", str(error)) for error in others]


def takes_files(form: Any) -> bool:
    """Return whether a form has a file input, the only reason for multipart."""
    return any("File" in field.type or "Image" in field.type for field in form)


def init_controls(app: Flask) -> None:
    """Register `control` and `control_kind` for the form macros."""
    app.jinja_env.globals.update(control=control, control_kind=kind, form_errors=form_errors, takes_files=takes_files)
