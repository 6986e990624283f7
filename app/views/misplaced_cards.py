"""A card number typed where none belongs, stopped before any view: in an address, or in a form that takes no card.

An address is kept by browsers, proxies and our own way back (the session's page history); a form's text ends in a row.
Views that read cards or name a wrong field themselves say `reads_cards = True`; those whose own form is told of an address
with a number in it `names_cards = True`. The API reads its own values.
"""

from __future__ import annotations

from collections.abc import Iterable

from flask import current_app, g, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.datastructures import ImmutableMultiDict

from ..audit import CARD_FOUND, record_refused
from ..domain.card_search import find_card_number
from ..web.errors import error_page
from .field_labels import field_label

UNNAMED = "?"
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
    record_refused(g.get("actor"), CARD_FOUND, f"{request.url_rule.rule}: {', '.join(wrong)}")
    if request.method == "GET" and UNNAMED not in wrong and _view_says("names_cards"):
        # The view shows its form, with this beside its fields, and never sees the number.
        g.misplaced_cards = {name: card_in_field() for name in wrong}
        request.args = ImmutableMultiDict(
            (name, value) for name, value in request.args.items(multi=True) if name[:40] not in wrong
        )
        return None
    labels = ", ".join(field_label(name) for name in wrong)
    return error_page(422, gettext("Some fields are not right."), f"{labels}: {card_in_field()}")


def card_in_field() -> str:
    """Return what is said beside a field with a card number in it."""
    return str(gettext("This looks like a card number; card numbers belong in the card's own field only."))


def _view_says(name: str) -> bool:
    # By the blueprint: FAB wraps the methods of a view with hooks in functions of its own.
    views = current_app.extensions["appbuilder"].baseviews
    return any(getattr(view, name, False) for view in views if view.endpoint == request.blueprint)


def _wrong(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """The names of what holds a card number, each once; "?" for a name that is one itself."""
    found: dict[str, None] = {}
    for name, value in pairs:
        named = find_card_number(name) is not None
        if named or (name not in NEVER_TYPED and find_card_number(value) is not None):
            found[UNNAMED if named else name[:40]] = None
    return list(found)
