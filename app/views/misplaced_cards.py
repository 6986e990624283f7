"""A card number typed where none belongs, stopped before any view: in an address, or in a form that takes no card.

An address is kept by browsers, proxies and our own way back (the session's page history); a form's text ends in a row.
Views that read cards or name a wrong field themselves say `reads_cards = True`; those whose own form is told of an address
with a number in it `names_cards = True`; those that tell of fields of a form they show again have `tells_of_cards`. The API
reads its own values.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask import current_app, g, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.datastructures import ImmutableMultiDict

from ..audit import record_card_found
from ..domain.card_search import NOT_HERE, find_card_number
from ..web.errors import error_page
from .field_labels import field_label

UNNAMED = "?"
MISPLACED = "misplaced_cards"  # of `g`: fields that held a card number, taken out of what was sent, and what to say
NEVER_TYPED = ("csrf_token", "key")  # ours: one in 100,000 of them holds a card number by chance


def refuse_card_numbers() -> ResponseReturnValue | None:
    """Answer 422 naming the fields, 404 for a path; nothing of what was typed is repeated, kept or logged."""
    if request.url_rule is None:
        return None
    if find_card_number(request.path) is not None:
        return error_page(404)
    wrong = _wrong(request.args.items(multi=True))
    if request.method == "POST" and not _view_says("reads_cards"):
        wrong += _wrong(request.form.items(multi=True))
    if not wrong:
        return None
    record_card_found(g.get("actor"), request.url_rule.rule, wrong)
    if request.method == "GET" and UNNAMED not in wrong and _view_says("names_cards"):
        # The view shows its form, with this beside its fields, and never sees the number.
        setattr(g, MISPLACED, {name: card_in_field() for name in wrong})
        request.args = ImmutableMultiDict(
            (name, value) for name, value in request.args.items(multi=True) if name[:40] not in wrong
        )
        return None
    if request.method == "POST" and not _wrong(request.args.items(multi=True)) and _view_tells_of(wrong):
        setattr(g, MISPLACED, {name: card_in_field() for name in wrong})
        request.form = ImmutableMultiDict(
            (name, "" if name in wrong else value) for name, value in request.form.items(multi=True)
        )
        return None
    labels = ", ".join(field_label(name) for name in wrong)
    return error_page(422, gettext("Some fields are not right."), f"{labels}: {card_in_field()}")


def card_in_field() -> str:
    """Return what is said beside a field with a card number in it."""
    return str(gettext(NOT_HERE))


def misplaced_cards() -> dict[str, str]:
    """Return {field: what to say beside it} of the fields of this request that held a card number and are empty now."""
    found: dict[str, str] = g.get(MISPLACED, {})
    return found


def _views() -> list[Any]:
    # By the blueprint: FAB wraps the methods of a view with hooks in functions of its own.
    return [view for view in current_app.extensions["appbuilder"].baseviews if view.endpoint == request.blueprint]


def _view_says(name: str) -> bool:
    return any(getattr(view, name, False) for view in _views())


def _view_tells_of(fields: Iterable[str]) -> bool:
    """Whether the view shows the form that was sent again, with all of these fields."""
    method = (request.endpoint or "").rpartition(".")[2]
    told = [view.tells_of_cards(method) for view in _views() if hasattr(view, "tells_of_cards")]
    return any(set(fields) <= set(names) for names in told)


def _wrong(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """The names of what holds a card number, each once; "?" for a name that is one itself."""
    found: dict[str, None] = {}
    for name, value in pairs:
        named = find_card_number(name) is not None
        if named or (name not in NEVER_TYPED and find_card_number(value) is not None):
            found[UNNAMED if named else name[:40]] = None
    return list(found)
