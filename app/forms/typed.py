"""Texts as a person typed them into a form: read by the same fields as the API's, shown again without any card."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from ..domain.card_search import IN_FIELD, NOT_HERE, find_card_number
from ..domain.errors import FieldError
from ..domain.field_kinds import Errors
from ..domain.money import parse_amount
from ..domain.rejected import Rejected
from ..domain.text import N_
from ..models.search_keys import telephone_key

LONGEST_SHOWN = 500  # characters of a field given back; longer ones were no person's
_TELEPHONE = re.compile(r"[+0-9][0-9 ()./\u00a0\u202f-]*")


def typed(form: Mapping[str, str], names: Iterable[str]) -> dict[str, str]:
    """Return the texts of these fields, outer blanks dropped; what is empty or missing is left out."""
    found = {name: form.get(name, "").strip() for name in names}
    return {name: text for name, text in found.items() if text}


def shown_again(values: Mapping[str, str], never: Iterable[str] = ()) -> dict[str, str]:
    """Return the texts a page may give back: nothing of the fields named `never`, no text with a card number in it."""
    hidden = frozenset(never)
    return {
        name: text[:LONGEST_SHOWN]
        for name, text in values.items()
        if name not in hidden and find_card_number(text) is None
    }


def card_numbers_in(values: Mapping[str, str], but: Iterable[str] = ()) -> Errors:
    """Return one error for each field (but those that may hold one) with a card number in it, naming the field only."""
    allowed = frozenset(but)
    return [
        FieldError(name, IN_FIELD, NOT_HERE)
        for name, text in values.items()
        if name not in allowed and find_card_number(text) is not None
    ]


def amount_of(text: str, currency: str, language: str, errors: Errors, field: str = "amount") -> int | None:
    """Return minor units of an amount as written in `language`; None with the reason in `errors`."""
    try:
        minor = parse_amount(text, currency, language)
    except Rejected as rejected:
        errors.extend(rejected.field_errors(field))
        return None
    if minor == 0:
        errors.append(FieldError(field, "amount_not_positive", N_("The amount must be above zero.")))
        return None
    return minor


def whole_of(text: str) -> object:
    """Return the number of a text of few digits; any other text as it is, for its field to refuse."""
    return int(text) if re.fullmatch("[0-9]{1,9}", text, re.ASCII) else text


def telephone_of(text: str) -> str:
    """Return a telephone number as E.164 has it ("06 12 34 56 78" is +33612345678); what is none stays as typed."""
    return f"+{telephone_key(text)}" if _TELEPHONE.fullmatch(text) and find_card_number(text) is None else text


def one_line(text: str) -> str:
    """Return a text of several lines as one, its lines parted by commas."""
    return ", ".join(line.strip() for line in text.splitlines() if line.strip())
