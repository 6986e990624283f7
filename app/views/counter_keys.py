"""The keys of the order page, as data: the page lists them, and whoever shows all shortcuts can."""

from __future__ import annotations

from typing import NamedTuple

from flask_babel import lazy_gettext


class Shortcut(NamedTuple):
    """A key as it is written, and what it does; `letter` is what `data-shortcut` holds (None: a key of its own)."""

    key: str
    letter: str | None
    does: str


_KEYS = (
    (lazy_gettext("Enter"), None, lazy_gettext("authorise; after an answer: the next order, or another card")),
    ("Alt V", "v", lazy_gettext("authorise")),
    ("Alt S", "s", lazy_gettext("take the next order number")),
    ("Alt R", "r", lazy_gettext("change the day of the remittance, then 0 to 6")),
    ("Alt B", "b", lazy_gettext("take the card's other brand")),
    ("Alt H", "h", lazy_gettext("show the card number's hidden digits")),
    ("Alt C", "c", lazy_gettext("another card, the order stays")),
    ("Alt O", "o", lazy_gettext("yes, a second order")),
    ("Alt N", "n", lazy_gettext("next order")),
    ("Alt D", "d", lazy_gettext("see the transaction")),
    ("Alt X", "x", lazy_gettext("after a call the bank says no: cancel the order")),
    ("Alt T", "t", lazy_gettext("print the tickets")),
    ("Alt M", "m", lazy_gettext("send the ticket by mail")),
    (lazy_gettext("Esc"), None, lazy_gettext("back from a question to the order")),
)


def keys() -> tuple[Shortcut, ...]:
    """Return the keys of the order page in the reader's language."""
    return tuple(Shortcut(str(key), letter, str(does)) for key, letter, does in _KEYS)
