"""A card number typed where none belongs, stopped before any view: in an address, or in a form that takes no card.

An address is kept by browsers, proxies and our own way back (the session's page history); a form's text ends in a row.
Views that read cards or name a wrong field themselves say `reads_cards = True`. The API reads its own values.
"""

from __future__ import annotations

from collections.abc import Iterable

from flask import current_app, g, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from ..audit import CARD_FOUND, record_refused
from ..domain.card_search import find_card_number
from ..web.errors import error_page
from .field_labels import field_label

NEVER_TYPED = ("csrf_token", "key")  # ours: one in 100,000 of them holds a card number by chance


def refuse_card_numbers() -> ResponseReturnValue | None:
    """Answer 422 naming the fields, 404 for a path; nothing of what was typed is repeated, kept or logged."""
    if request.url_rule is None:
        return None
    if find_card_number(request.path) is not None:
        return error_page(404)
    wrong = _wrong(request.args.items(multi=True))
    if request.method == "POST" and not _reads_cards():
        wrong += _wrong(request.form.items(multi=True))
    if not wrong:
        return None
    record_refused(g.get("actor"), CARD_FOUND, f"{request.url_rule.rule}: {', '.join(wrong)}")
    labels = ", ".join(field_label(name) for name in wrong)
    reason = gettext("This looks like a card number; card numbers belong in the card's own field only.")
    return error_page(422, gettext("Some fields are not right."), f"{labels}: {reason}")


def _reads_cards() -> bool:
    view = getattr(current_app.view_functions.get(request.endpoint or ""), "__self__", None)
    return bool(getattr(view, "reads_cards", False))


def _wrong(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """The names of what holds a card number, each once; "?" for a name that is one itself."""
    found: dict[str, None] = {}
    for name, value in pairs:
        named = find_card_number(name) is not None
        if named or (name not in NEVER_TYPED and find_card_number(value) is not None):
            found["?" if named else name[:40]] = None
    return list(found)
