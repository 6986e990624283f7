"""Every text is in the French and English catalogues: translated, not fuzzy, with the same placeholders."""

import re
import sys
from collections.abc import Iterator

from babel.messages.catalog import Catalog, Message

from .translations import LANGUAGES, TEMPLATE, extract, read, written

PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%[sdr]|\{\w*\}")


def problems(texts: Catalog) -> Iterator[str]:
    """What is wrong, one line each."""
    if not TEMPLATE.exists() or TEMPLATE.read_bytes() != written(texts):
        yield "messages.pot is not up to date: make translations"
    for language in LANGUAGES:
        known = read(language)
        for message in texts:
            if message.id:
                yield from (f"{language}: {text}" for text in _judge(message, known.get(message.id, message.context)))


def _judge(message: Message, translation: Message | None) -> Iterator[str]:
    singular = _many(message.id)[0]
    if translation is None:
        yield f"{singular!r} is missing: make translations"
        return
    if translation.fuzzy:
        yield f"{singular!r} is fuzzy"
    strings = _many(translation.string)
    if not all(strings):
        yield f"{singular!r} is not translated"
        return
    wanted = set(PLACEHOLDER.findall(_many(message.id)[-1]))
    for string in strings:
        found = set(PLACEHOLDER.findall(string))
        # The singular may say "one" where the plural names the number.
        if found - wanted or (not isinstance(message.id, tuple) and wanted - found):
            yield f"{singular!r}: the placeholders differ: {sorted(wanted)} and {sorted(found)}"


def _many(texts: object) -> list[str]:
    """A text, or its singular and plural, as a list."""
    return [str(text or "") for text in (texts if isinstance(texts, tuple | list) else (texts,))]


def main() -> int:
    """1 when something is wrong."""
    found = list(problems(extract()))
    for line in found:
        print(line)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
