"""Order numbers as people paste them: one a line, or parted by commas, semicolons, tabs or blanks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from ..domain.card_search import find_card_number
from ..models.search_keys import order_key

LONGEST_ORDER_NUMBER = 32
_PARTED = re.compile(r"[\n\r\t,;|\u2028\u2029]+")


@dataclass(slots=True)
class Pasted:
    """The numbers in the order they were pasted, each once; those named again, and those left for the next time."""

    numbers: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    later: list[str] = field(default_factory=list)


def lines_of(text: str) -> list[str]:
    """Return what stands between the separators, outer blanks and quotation marks dropped; a blank parts nothing yet."""
    pieces = (" ".join(piece.split()).strip(" \"'") for piece in _PARTED.split(text))
    return [piece for piece in pieces if piece]


def lines_with_cards(text: str, parted: bool = False) -> list[int]:
    """Return the numbers of the lines that hold a card number, from 1; with `parted` only where one piece alone does.

    Each is judged for itself: two order numbers, one below the other, are none.
    """
    judged = ((number, lines_of(line) if parted else [line]) for number, line in enumerate(text.splitlines(), 1))
    return [number for number, pieces in judged if any(find_card_number(piece) is not None for piece in pieces)]


def words_of(pieces: Sequence[str], known: frozenset[str]) -> list[str]:
    """Return the pieces; one with blanks that is no order number itself (`known`: their keys) is parted at its blanks.

    A piece that looks like a card number stays whole, so that no part of it is shown.
    """
    words: list[str] = []
    for piece in pieces:
        whole = " " not in piece or order_key(piece) in known or find_card_number(piece) is not None
        words += [piece] if whole else piece.split(" ")
    return words


def sorted_out(words: Sequence[str], most: int) -> Pasted:
    """Return the first `most` different numbers, those named more than once, and the rest."""
    found, seen = Pasted(), dict[str, str]()
    twice: dict[str, str] = {}
    for word in words:
        key = order_key(word)
        if key in seen:
            twice.setdefault(key, seen[key])
            continue
        seen[key] = word
        (found.numbers if len(found.numbers) < most else found.later).append(word)
    found.twice = list(twice.values())
    return found
