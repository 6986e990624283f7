"""The expiry date of a card: a month, at whose end the card stops."""

from __future__ import annotations

import re
from datetime import date

from .rejected import Rejected
from .text import N_

# "0728", "07/28", "7/28", "07/2028", "072028" (blanks around the stroke, as browsers fill it in), "2028-07", "202807"
_FORMS = (
    re.compile(r"(?P<month>[0-9]{2})(?:\s?/\s?)?(?P<year>[0-9]{2})"),
    re.compile(r"(?P<month>[0-9]{1,2})\s?/\s?(?P<year>(?:20)?[0-9]{2})"),
    re.compile(r"(?P<month>0[1-9]|1[0-2])(?P<year>20[0-9]{2})"),
    re.compile(r"(?P<year>20[0-9]{2})-?(?P<month>[0-9]{2})"),
)


def parse_expiry(text: str, today: date) -> tuple[int, int]:
    """Return (year, month) of "0728", "07/28", "7/28", "07/2028", "072028", "2028-07" or "202807"; two digits are a year from 2000 on.

    A card is good to the end of its month in the merchant's zone, whose date `today` is.
    Raises Rejected: card_expiry_missing, card_expiry_invalid, card_expired.
    """
    text = text.strip()
    if not text:
        raise Rejected("card_expiry_missing", N_("The card's expiry date is needed."), field="card.expiry")
    found = next((match for form in _FORMS if (match := form.fullmatch(text))), None)
    if found is None or not 1 <= int(found["month"]) <= 12:
        message = N_("The expiry date is not a month and a year like 07/28.")
        raise Rejected("card_expiry_invalid", message, field="card.expiry")
    year, month = int(found["year"]) % 100 + 2000, int(found["month"])
    if (year, month) < (today.year, today.month):
        raise Rejected("card_expired", N_("The card has expired."), field="card.expiry")
    return year, month
