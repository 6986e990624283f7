"""A language that does not exist: every translated text stands in ⟦brackets⟧, so what does not was never translated."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from typing import Any

import flask_babel
import pytest
from babel import Locale
from babel.support import NullTranslations

from app.domain.currencies import CURRENCIES

OPEN, CLOSE = "⟦", "⟧"
SPOKEN = ("aria-label", "title", "alt", "placeholder")  # attributes people read or hear
SILENT = ("script", "style")
# Names and signs that are the same in every language, and keys as they are printed on keyboards.
EVERYWHERE = (
    "VPC e-gestion", "Français", "English", "FR", "EN", "A", "EUR", "Alt", "Esc", "CB", "VISA", "MASTERCARD", "AMEX",
    "Europe/Paris", "Pacific/Auckland", "Enter", "UTC", "sips",
)  # fmt: skip


class Pseudo(NullTranslations):
    """Translates everything, whether a catalogue knows it or not."""

    def gettext(self, message: str) -> str:
        """The text in brackets."""
        return f"{OPEN}{message}{CLOSE}" if message else ""

    ugettext = gettext

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        """Likewise."""
        return self.gettext(singular if number == 1 else plural)

    ungettext = ngettext

    def pgettext(self, _context: str, message: str) -> str:
        """Likewise."""
        return self.gettext(message)

    upgettext = pgettext


@contextmanager
def spoken() -> Iterator[None]:
    """Everything said meanwhile is said in it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(flask_babel.Domain, "get_translations", lambda _self: Pseudo())
        yield


class Text(HTMLParser):
    """What a page shows and says, piece by piece."""

    def __init__(self) -> None:
        super().__init__()
        self.pieces: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Attributes that are read; buttons say their value."""
        self._silent += tag in SILENT
        found = dict(attrs)
        self.pieces += [found[name] or "" for name in SPOKEN if found.get(name)]
        self.pieces += [value for name, value in attrs if name.startswith("data-text-") and value]
        if tag == "input" and found.get("type") in ("submit", "button"):
            self.pieces.append(found.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        """Out of a script."""
        self._silent -= tag in SILENT

    def handle_data(self, data: str) -> None:
        """Text between tags."""
        if not self._silent:
            self.pieces.append(data)


def untranslated(page: str, data: set[str]) -> list[str]:
    """What on the page stands in no brackets and is neither data, a date nor a name everybody uses."""
    parser = Text()
    parser.feed(page)
    depth, found = 0, []
    data = data | _NAMES
    for piece in parser.pieces:
        outside = []
        for sign in piece:
            if sign == OPEN:
                depth += 1
            elif sign == CLOSE:
                depth -= 1
            elif depth == 0:
                outside.append(sign)
        rest = "".join(outside)
        if rest.strip() in data:
            continue
        for word in sorted((word for word in data if word in rest), key=len, reverse=True):
            rest = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", " ", rest)
        if re.search(r"[^\W\d_]{2}", rest):
            found.append(" ".join("".join(outside).split()))
    assert depth == 0, "brackets without their other half"
    return found


def known_names() -> set[str]:
    """Names of months, days and countries as both languages have them, and the codes of currencies."""
    found = set(CURRENCIES)
    for code in ("fr", "en"):
        locale = Locale.parse(code)
        for names in (locale.months, locale.days, locale.day_periods, locale.territories):
            found |= _texts(names)
    return found


def _texts(value: Any) -> set[str]:
    if isinstance(value, str):
        return {value}
    return {text for each in value.values() for text in _texts(each)} if hasattr(value, "values") else set()


_NAMES = known_names() | set(EVERYWHERE)
