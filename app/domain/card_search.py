"""Finding card numbers where none belongs: order numbers, notes, names, return contexts, replies of a bank.

Digits of every script count as digits (fullwidth, superscript, Arabic-Indic, ...). Invisible and combining characters
are skipped. Groups of digits are parted by separators: blanks of every kind, line ends, punctuation, signs such as
| + = or °, the lines of a pasted table, and what is no character at all; letters, currency signs, and the `#`, `*` and
bullets of masked numbers (one alone between two digits masks nothing) part them for good. A card number is any
sequence of whole neighbouring groups, written together or in any grouping, whose digits have length AND prefix of an
accepted scheme AND the check digit. A group is never cut: digits inside a longer unbroken run (a parcel number, a bar
code) are none. Nor are those of a valid IBAN.
"""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

from .brands import is_card_number
from .iban import iban_spans
from .rejected import Rejected
from .text import N_

_SHORTEST, _LONGEST = 15, 19  # digits of a card number
_MASKS = "#*•●∙"
_FILLERS = "\u115f\u1160\u3164\uffa0"  # Hangul's: letters by name, blank to look at
_SIGNS = ("Cc", "Sm", "Sk", "So", "Co", "Cn")


class _Group(NamedTuple):
    digits: str
    start: int
    end: int


def find_card_number(text: str) -> tuple[int, int] | None:
    """Return (start, end) of the first card number in the text, or None."""
    return next(iter(card_number_spans(text)), None)


def refuse_card_number(text: str, field: str) -> None:
    """Raise Rejected card_number_in_field, naming the field and holding nothing of the text, when it has one."""
    found = find_card_number(text) is not None
    del text  # a traceback shown with its locals does not show it
    if found:
        message = N_("This looks like a card number; card numbers belong in the card's own field only.")
        raise Rejected("card_number_in_field", message, field=field)


def digits_in(text: str) -> str:
    """Return the digits of a text, of every script, as ASCII digits."""
    return "".join(map(_digit, text))


def mask_card_numbers(text: str) -> str:
    """Return the text with every digit of every card number in it replaced by `#`: for what is logged or kept."""
    masked = list(text)
    for start, end in card_number_spans(text):
        masked[start:end] = ["#" if _digit(c) else c for c in text[start:end]]
    return "".join(masked)


def card_number_spans(text: str) -> list[tuple[int, int]]:
    """Return (start, end) of every card number in the text, by start; they may overlap."""
    spans: list[tuple[int, int]] = []
    for run in _runs(text):
        for first in range(len(run)):
            digits = ""
            for group in run[first : first + _LONGEST]:
                digits += group.digits
                if len(digits) > _LONGEST:
                    break
                if is_card_number(digits):
                    spans.append((run[first].start, group.end))
    return spans


def _runs(text: str) -> list[list[_Group]]:
    """Groups of digits, as sequences in which only separators stand between neighbours."""
    if len(text) < _SHORTEST or sum(map(_is_digit, text)) < _SHORTEST:
        return []
    banned = {at for start, end in iban_spans(text) for at in range(start, end)}
    runs: list[list[_Group]] = [[]]
    digits, start, end = "", 0, 0
    for at, char in enumerate(text + "\n"):
        digit = "" if at in banned else _digit(char)
        if digit:
            start = start if digits else at
            digits, end = digits + digit, at + 1
            continue
        kind = unicodedata.category(char)
        if at not in banned and kind in ("Cf", "Mn", "Me"):
            continue
        if digits:
            runs[-1].append(_Group(digits, start, end))
            digits = ""
        if at in banned or not _parts_groups(char, kind, text[max(at - 1, 0) : at + 2]):
            runs.append([])
    return [run for run in runs if run]


def _parts_groups(char: str, kind: str, around: str) -> bool:
    """Whether a character that is no digit only stands between groups; `around` is it with its two neighbours."""
    if char in _MASKS:
        return len(around) == 3 and _is_digit(around[0]) and _is_digit(around[2])
    return kind[0] in "ZP" or kind in _SIGNS or char in _FILLERS


def _is_digit(char: str) -> bool:
    return bool(_digit(char))


def _digit(char: str) -> str:
    """The ASCII digit a character stands for, or "" when it stands for none."""
    if char.isascii():
        return char if char.isdigit() else ""
    value = unicodedata.digit(char, None)
    return "" if value is None else str(value)
