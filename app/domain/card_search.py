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

import re
import unicodedata
from collections.abc import Iterator
from itertools import accumulate
from typing import NamedTuple

from .brands import is_card_number, ranges
from .iban import iban_spans
from .rejected import Rejected
from .text import N_

#: The code and the sentence of every refusal of a card number where none belongs (trust.md).
IN_FIELD = "card_number_in_field"
NOT_HERE = N_("This looks like a card number; card numbers belong in the card's own field only.")
_SHORTEST, _LONGEST = 15, 19  # digits of a card number
_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)  # a digit doubled, its digits added
_MASKS = "#*•●∙"
_FILLERS = "\u115f\u1160\u3164\uffa0"  # Hangul's: letters by name, blank to look at
_SIGNS = ("Cc", "Sm", "Sk", "So", "Co", "Cn")
_FIRST = frozenset(
    str(bin)[0] for first, last, _, _ in ranges() for bin in range(first, last + 1, 1_000)
)  # digits a card begins with
# What a sign that is no digit is to us; a mask that stands alone between two digits hides none.
_SKIPPED, _PARTS_GROUPS, _MASK, _ENDS = "sp*x"
_ALONE = re.compile(r"(?<=[0-9])\*(?=[0-9])")
_RUN = re.compile("[0-9][0-9sp]*")
_DIGITS = re.compile("[0-9](?:s*[0-9])*")


class _Group(NamedTuple):
    digits: str
    start: int
    end: int


def find_card_number(text: str) -> tuple[int, int] | None:
    """Return (start, end) of the first card number in the text, or None."""
    return next(_spans(text), None)


def refuse_card_number(text: str, field: str) -> None:
    """Raise Rejected card_number_in_field, naming the field and holding nothing of the text, when it has one."""
    found = find_card_number(text) is not None
    del text  # a traceback shown with its locals does not show it
    if found:
        raise Rejected(IN_FIELD, NOT_HERE, field=field)


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
    return list(_spans(text))


def _spans(text: str) -> Iterator[tuple[int, int]]:
    for run in _runs(text):
        digits = "".join(group.digits for group in run)
        ends = dict(zip(accumulate(len(group.digits) for group in run), run, strict=True))
        sums = _check_sums(digits)
        first = 0
        for begin in run:
            if begin.digits[0] in _FIRST:
                for last in range(first + _SHORTEST, first + _LONGEST + 1):
                    if last in ends:  # the check digit is looked up, before the rest is worked out
                        check = sums[(last - 1) % 2]
                        if (check[last] - check[first]) % 10 == 0 and is_card_number(digits[first:last]):
                            yield begin.start, ends[last].end
            first += len(begin.digits)


def _check_sums(digits: str) -> tuple[list[int], list[int]]:
    """Sums up to each place, to tell the check digit (ISO/IEC 7812) of any part by a difference: the first counts the even
    places once and the odd ones doubled, for parts whose last place is even; the second the other way round.
    """
    once = list(map(int, digits))
    twice = [_DOUBLED[digit] for digit in once]
    even, odd = once.copy(), twice.copy()
    even[1::2], odd[1::2] = twice[1::2], once[1::2]
    return list(accumulate(even, initial=0)), list(accumulate(odd, initial=0))


def _runs(text: str) -> Iterator[list[_Group]]:
    """Yield groups of digits, as sequences in which only separators stand between neighbours.

    Each sign of the text is replaced by what it is to us, all at once: a form of half a megabyte is looked through too.
    """
    if len(text) < _SHORTEST:
        return
    kinds = text.translate({ord(sign): _kind(sign) for sign in set(text)})
    signs = bytearray(_ALONE.sub(_PARTS_GROUPS, kinds), "ascii")
    for start, end in iban_spans(text):
        signs[start:end] = _ENDS.encode() * (end - start)
    kinds = signs.decode("ascii")
    for run in _RUN.finditer(kinds):
        if run.end() - run.start() >= _SHORTEST:
            groups = _DIGITS.finditer(kinds, run.start(), run.end())
            yield [_Group(found[0].replace(_SKIPPED, ""), found.start(), found.end()) for found in groups]


def _kind(sign: str) -> str:
    """What one sign is: a digit, nothing, a mask, what parts groups, or what ends a sequence of them."""
    if digit := _digit(sign):
        return digit
    if sign in _MASKS:
        return _MASK
    category = unicodedata.category(sign)
    if category in ("Cf", "Mn", "Me"):
        return _SKIPPED
    return _PARTS_GROUPS if category[0] in "ZP" or category in _SIGNS or sign in _FILLERS else _ENDS


def _digit(char: str) -> str:
    """The ASCII digit a character stands for, or "" when it stands for none."""
    if char.isascii():
        return char if char.isdigit() else ""
    value = unicodedata.digit(char, None)
    return "" if value is None else str(value)
