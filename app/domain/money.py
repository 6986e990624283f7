"""Amounts: whole numbers of minor units (cents) beside an ISO 4217 code; read strictly by locale, never rounded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from .currencies import CURRENCIES, code_of_number, exponent, numeric_code
from .rejected import Rejected
from .text import N_

__all__ = [
    "MAX_AMOUNT", "code_of_number", "exponent", "format_amount", "format_number", "largest_remainder", "numeric_code",
    "parse_amount",
]  # fmt: skip

MAX_AMOUNT = 999_999_999_999  # minor units: 12 digits, as the platform's amount fields have

NBSP, NNBSP = "\u00a0", "\u202f"
_SIGNS = {"EUR": "€", "GBP": "£", "JPY": "¥", "USD": "$"}


class _Marks(NamedTuple):
    decimal: str
    group: str  # what is written
    groups: str  # what is read


_MARKS = {"fr": _Marks(",", NNBSP, f" {NBSP}{NNBSP}"), "en": _Marks(".", ",", ",")}
_MARK = "[A-Za-z]{3}|[" + "".join(_SIGNS.values()) + "]"
_TWO_READINGS = re.compile(r"[1-9][0-9]{0,2}([.,])[0-9]{3}")


def _marks(locale: str) -> _Marks:
    """The marks of "fr", "en" or a regional form of them ("fr_FR", "en-GB")."""
    return _MARKS[re.split("[-_]", locale, maxsplit=1)[0].lower()]


def _bare(text: str, currency: str) -> str:
    """Take the currency's sign or code off one end; the sign or code of another currency is refused."""
    for pattern in (rf"(?P<mark>{_MARK})\s?(?P<rest>[0-9].*)", rf"(?P<rest>.*[0-9])\s?(?P<mark>{_MARK})"):
        if found := re.fullmatch(pattern, text.strip()):
            mark = found["mark"].upper()
            if mark in (currency, _SIGNS.get(currency)):
                return found["rest"]
            if mark in CURRENCIES or mark in _SIGNS.values():
                message = N_("The amount is to be given in %(currency)s.")
                raise Rejected("amount_currency", message, currency=currency)
    return text.strip()


def parse_amount(text: str, currency: str, locale: str) -> int:
    """Return the minor units of an amount as a person of the locale writes it ("1 234,56 €" in fr, "1,234.56" in en).

    fr: comma before decimals, groups of three parted by U+0020, U+00A0 or U+202F (the same throughout). en: dot, commas.
    Sign or code of the currency may stand at one end. Fewer decimals than the currency has are read as they are said;
    more are refused. What a reader of the other language would read as another amount ("1.234", and "1,234" unless
    nothing else is possible in that currency and locale) is refused: sources N-3. So are signs, exponents, other digits.

    Raises Rejected: amount_missing, amount_invalid, ambiguous_amount, amount_too_many_decimals, amount_too_large,
    amount_currency. Raises LookupError for an unknown currency or locale.
    """
    decimals, marks = exponent(currency), _marks(locale)
    body = _bare(text, currency)
    if not body:
        raise Rejected("amount_missing", N_("An amount is needed."))
    example = format_number(123_456 * 10**decimals // 100, currency, locale)
    if two := _TWO_READINGS.fullmatch(body):
        # A mark before three digits is a decimal mark only where amounts have three decimals, a group only where none.
        read_as = {3: marks.decimal, 0: marks.groups}.get(decimals, "")
        if two[1] not in read_as:
            message = N_("This can be read as two different amounts; write it like %(example)s.")
            raise Rejected("ambiguous_amount", message, example=example)
    group, decimal = f"[{marks.groups}]", re.escape(marks.decimal)
    whole = rf"(0|[1-9][0-9]*|[1-9][0-9]{{0,2}}(?:({group})[0-9]{{3}}(?:\2[0-9]{{3}})*)?)"
    found = re.fullmatch(rf"{whole}(?:{decimal}([0-9]+))?", body)
    if found is None:
        raise Rejected("amount_invalid", N_("This is not an amount; write it like %(example)s."), example=example)
    fraction = found[3] or ""
    if len(fraction) > decimals:
        message = N_("An amount in %(currency)s has at most %(decimals)s decimals.")
        raise Rejected("amount_too_many_decimals", message, currency=currency, decimals=decimals)
    digits = re.sub("[^0-9]", "", found[1]) + fraction.ljust(decimals, "0")
    if len(digits.lstrip("0")) > len(str(MAX_AMOUNT)):
        most = format_amount(MAX_AMOUNT, currency, locale)
        raise Rejected("amount_too_large", N_("The amount is above the largest possible, %(most)s."), most=most)
    return int(digits)


def format_number(minor: int, currency: str, locale: str) -> str:
    """Return minor units as the locale writes them, without the currency: "1 234,56" (U+202F) or "1,234.56"."""
    decimals, marks = exponent(currency), _marks(locale)
    whole, fraction = divmod(abs(minor), 10**decimals)
    text = f"{whole:,}".replace(",", marks.group)
    if decimals:
        text += f"{marks.decimal}{fraction:0{decimals}d}"
    return f"-{text}" if minor < 0 else text


def format_amount(minor: int, currency: str, locale: str) -> str:
    """Return minor units with their currency: fr "1 234,56 €" (U+202F in groups, U+00A0 before the sign), en "€1,234.56".

    A currency without a sign of its own here shows its code ("KWD 1.234"). A minus stands first.
    """
    number = format_number(abs(minor), currency, locale)
    sign = _SIGNS.get(currency, currency)
    if _marks(locale) is _MARKS["fr"]:
        text = f"{number}{NBSP}{sign}"
    else:
        text = f"{sign}{number}" if currency in _SIGNS else f"{sign}{NBSP}{number}"
    return f"-{text}" if minor < 0 else text


def largest_remainder(total: int, weights: Sequence[int]) -> list[int]:
    """Split `total` minor units in proportion to the weights, so that the parts sum to it exactly.

    Each part is the exact share rounded toward zero; units left go one each to the largest remainders, the earlier first
    among equals. A negative total is split like its opposite. Raises ValueError for a negative weight, or when there is
    something to split and no weight above zero.
    """
    whole = sum(weights)
    if any(weight < 0 for weight in weights) or (total and not whole):
        raise ValueError("weights are never negative and not all zero")
    if not total:
        return [0] * len(weights)
    shares = [divmod(abs(total) * weight, whole) for weight in weights]
    left = abs(total) - sum(share for share, _ in shares)
    first = set(sorted(range(len(weights)), key=lambda i: -shares[i][1])[:left])
    parts = [share + (i in first) for i, (share, _) in enumerate(shares)]
    return parts if total > 0 else [-part for part in parts]
