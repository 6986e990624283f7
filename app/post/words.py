"""Writing in the recipient's language, also where no request says which one (jobs, the runner)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from typing import Any

from flask_babel import force_locale, gettext

from ..web.formats import day
from ..web.labels import TABLES, label

LANGUAGES = ("fr", "en")
DAYS = ("limit", "day")  # parameters that are a day, kept as ISO 8601 writes it


@contextmanager
def in_language(language: str) -> Iterator[None]:
    """Translate what is written inside into `language`; an unknown one means French, the merchants' default."""
    with force_locale(language if language in LANGUAGES else LANGUAGES[0]):
        yield


def sentence(message: str, params: Mapping[str, Any] | None = None) -> str:
    """Return the msgid translated and filled in. A placeholder without its value leaves the text as it stands: what
    stands in a table must be readable even when its writer made a mistake. Parameters named like a kind of code
    ("operation", "status", "outcome", "state") are written in words, days ("limit", "day") as the language writes them.
    """
    text = str(gettext(message))
    try:
        return text % _in_words(params) if params else text.replace("%%", "%")
    except (KeyError, TypeError, ValueError):
        return text


def _in_words(params: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _in_word(name, value) for name, value in params.items()}


def _in_word(name: str, value: Any) -> Any:
    if name in TABLES:
        return label(value, name)
    if name in DAYS and isinstance(value, str):
        try:
            return day(date.fromisoformat(value))
        except ValueError:
            return value
    return value
