"""`make translations`: extracts the texts into app/translations/messages.pot and updates both catalogues.

Where the texts are found, and how a catalogue is judged, is here too: `check_translations` uses it.
"""

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "app" / "translations"
TEMPLATE = FOLDER / "messages.pot"
LANGUAGES = ("fr", "en")
SOURCES = ("app", "plugins")
KEYWORDS = {
    "_": None,
    "_l": None,
    "N_": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2"), ("**/templates/**.txt", "jinja2")]
OPTIONS = {"**/templates/**.html": {"trimmed": "true"}, "**/templates/**.txt": {"trimmed": "true"}}


def catalogue_file(language: str) -> Path:
    """The catalogue of a language."""
    return FOLDER / language / "LC_MESSAGES" / "messages.po"


def extract() -> Catalog:
    """Every text of the code and the templates, sorted, each with the files it stands in (no line numbers: they
    would change with every edit).
    """
    found = Catalog(project="egestion", version="1", charset="utf-8", creation_date=datetime(2026, 1, 1, tzinfo=UTC))
    for source in SOURCES:
        for name, _line, message, comments, context in extract_from_dir(
            ROOT / source, METHODS, OPTIONS, keywords=KEYWORDS, comment_tags=("Translators:",)
        ):
            found.add(message, None, [(f"{source}/{name}", 0)], auto_comments=comments, context=context)
    return found


def written(catalogue: Catalog) -> bytes:
    """The catalogue as its file holds it."""
    buffer = BytesIO()
    write_po(buffer, catalogue, sort_output=True, include_lineno=False, omit_header=False, width=120)
    return buffer.getvalue()


def read(language: str) -> Catalog:
    """A language's catalogue; an empty one where there is none yet."""
    file = catalogue_file(language)
    if not file.exists():
        return Catalog(locale=language, project="egestion", version="1", charset="utf-8", fuzzy=False)
    with file.open("rb") as source:
        return read_po(source, locale=language)


def update(texts: Catalog) -> Iterator[str]:
    """Bring template and catalogues up to date; what is still untranslated, one line each. English is its own
    translation until somebody words it better.
    """
    FOLDER.mkdir(parents=True, exist_ok=True)
    TEMPLATE.write_bytes(written(texts))
    for language in LANGUAGES:
        catalogue = read(language)
        catalogue.update(texts, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        catalogue.creation_date = texts.creation_date
        for message in catalogue:
            if not message.id:
                continue
            if language == "en" and not _translated(message.string):
                message.string = message.id
            if not _translated(message.string):
                yield f"{language}: {message.id!r}"
        file = catalogue_file(language)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(written(catalogue))


def _translated(string: object) -> bool:
    return all(string) if isinstance(string, tuple | list) else bool(string)


def main() -> int:
    """Update; 0 also when texts still wait for a translation (they are listed; `make check` refuses them)."""
    for line in update(extract()):
        print(f"to translate: {line}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
