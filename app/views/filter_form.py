"""A list's filters as a form: one labelled input for each parameter of the API, under the API's own names.

The form also sends `typed`, the language its amounts were written in; the answer is a redirect to the same list in the
API's terms (minor units, nothing empty), which means the same in every language and can be kept and sent to others.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from flask_babel import gettext, lazy_gettext
from werkzeug.datastructures import MultiDict

from ..domain.errors import FieldError
from ..domain.field_kinds import Choice, Day, Whole
from ..domain.fields import Field
from ..domain.money import format_number, parse_amount
from ..domain.rejected import Rejected
from ..models.queries.merchants import MerchantFacts
from ..web.formats import locale_code
from ..web.labels import TABLES
from .code_words import WORDS
from .columns import LABELS
from .field_labels import summary_line

TYPED = "typed"  # the form's own input: the language of what was typed
CURRENCY = "EUR"  # of amounts typed into a filter; minor units are the API's
FORM_LABELS = {
    "date_from": lazy_gettext("From day"),
    "date_to": lazy_gettext("Until day"),
    "merchant": lazy_gettext("Merchant"),
    "customer_id": lazy_gettext("Customer number"),
    "created_by": lazy_gettext("Taken by"),
}
_NOT_SHOWN = ("q", "sort", "cursor", "page_size")
_KEPT = ("sort", "page_size")


@dataclass(frozen=True, slots=True)
class Box:
    """One input: `kind` is text, date or select; `options` are (value, words)."""

    name: str
    label: str
    kind: str
    value: str
    options: tuple[tuple[str, str], ...] = ()
    hint: str | None = None
    error: str | None = None
    suffix: str | None = None

    @property
    def id(self) -> str:
        """The control's id: other things on a page may bear the name alone."""
        return f"filter-{self.name}"


@dataclass(frozen=True, slots=True)
class FilterForm:
    """The search box (None: the list has none), the other inputs, what goes along unseen, and all that is wrong."""

    search: Box | None
    boxes: tuple[Box, ...]
    hidden: tuple[tuple[str, str], ...]
    errors: tuple[tuple[str, str], ...]  # (id of the control, sentence)

    @property
    def used(self) -> int:
        """How many of the inputs below the search box hold something."""
        return sum(1 for box in self.boxes if box.value)

    @property
    def asked(self) -> bool:
        """Whether a person searched or filtered, besides what the link that led here narrows the list to."""
        return bool(self.used or (self.search and self.search.value))

    @property
    def narrowed(self) -> bool:
        """Whether anything is searched or filtered."""
        return self.asked or any(n not in _KEPT for n, _ in self.hidden)


def read_amounts(
    fields: Sequence[Field], given: Mapping[str, Sequence[str]], language: str
) -> tuple[dict[str, list[str]], list[FieldError]]:
    """Return what a form sent with its amounts in minor units, and what cannot be read; that one stays as it was typed."""
    read, errors = {name: list(texts) for name, texts in given.items()}, []
    for field in fields:
        texts = read.get(field.name)
        if field.name != "amount" or not texts:
            continue
        try:
            read[field.name] = [str(parse_amount(text, CURRENCY, language)) for text in texts]
        except Rejected as error:
            errors.append(FieldError(field.name, error.code, error.message, error.params))
    return read, errors


def filter_form(
    fields: Sequence[Field],
    given: Mapping[str, Sequence[str]],
    errors: Mapping[str, str],
    merchants: Sequence[MerchantFacts],
    words: Mapping[str, str],
    own: MultiDict[str, str],
    called: Mapping[str, Any] = MappingProxyType({}),
) -> FilterForm:
    """Return the form. `words`: the table of words of a field's codes; `own`: arguments of the page that stay; `called`:
    labels of its own."""
    values = {name: texts[0] for name, texts in given.items() if texts}
    shown = [f for f in fields if f.name not in _NOT_SHOWN and (f.name != "merchant" or len(merchants) > 1)]
    named = {**LABELS, **FORM_LABELS, **called}
    boxes = tuple(
        _box(field, str(named.get(field.name, field.name)), values, errors, merchants, words) for field in shown
    )
    search = None
    if any(field.name == "q" for field in fields):
        search = Box("q", gettext("Search"), "text", values.get("q", ""), error=errors.get("q"))
    hidden = [(name, values[name]) for name in _KEPT if name in values and name not in errors]
    known = {box.name for box in boxes} | {"q"}
    labels = {box.name: box.label for box in boxes} | {"q": gettext("Search")}
    sentences = tuple(
        (f"filter-{name}" if name in known else "filter-form", summary_line(labels.get(name, name), text))
        for name, text in errors.items()
    )
    return FilterForm(search, boxes, (*hidden, *own.items(multi=True)), sentences)


def _box(
    field: Field,
    label: str,
    values: Mapping[str, str],
    errors: Mapping[str, str],
    merchants: Sequence[MerchantFacts],
    words: Mapping[str, str],
) -> Box:
    value, error = values.get(field.name, ""), errors.get(field.name)
    if field.name == "merchant":
        names = tuple((each.short_name, each.short_name) for each in merchants)
        return Box(field.name, label, "select", value, names, error=error)
    if isinstance(field.kind, Choice):
        return Box(
            field.name,
            label,
            "select",
            value,
            tuple(_options(field.name, field.kind, words.get(field.name))),
            error=error,
        )
    if isinstance(field.kind, Day):
        return Box(field.name, label, "date", value, hint=zone_words(merchants), error=error)
    if isinstance(field.kind, Whole):
        written = format_number(int(value), CURRENCY, locale_code()) if value.isdigit() and not error else value
        return Box(field.name, label, "text", written, error=error, suffix=CURRENCY)
    return Box(field.name, label, "text", value, error=error)


def _options(name: str, kind: Choice, table: str | None) -> Iterator[tuple[str, str]]:
    for code in kind.values:
        if name == "brand":
            yield code, code  # as the list writes it
            continue
        found: Any = TABLES[table][code][0] if table and code in TABLES[table] else WORDS.get(code, code)
        yield code, str(found)


def zone_words(merchants: Sequence[MerchantFacts]) -> str:
    """Return which days are meant: those of the merchant's zone, or of each merchant's own where they differ."""
    zones = list(dict.fromkeys(each.zone for each in merchants))
    if len(zones) < 2:
        return str(gettext("Time of %(zone)s", zone=zones[0])) if zones else ""
    return str(gettext("Each merchant's own time: %(zones)s", zones=", ".join(zones)))
