"""International bank account numbers, only as far as telling one from a card number takes."""

from __future__ import annotations

import re
from collections.abc import Iterator

# Country and total length (ISO 13616 registry), euro area and neighbours: those a French merchant's clerk meets.
_LENGTHS = {
    "AD": 24, "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20, "ES": 24,
    "FI": 18, "FR": 27, "GB": 22, "GI": 23, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IS": 26, "IT": 27, "LI": 21,
    "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MT": 31, "NL": 18, "NO": 15, "PL": 28, "PT": 25, "RO": 24, "SE": 24,
    "SI": 19, "SK": 24, "SM": 27,
}  # fmt: skip
_START = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}[0-9]{2}(?=[ \u00a0\u202f-]?[A-Za-z0-9])")
_SEPARATOR = " \u00a0\u202f-"


def iban_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each IBAN in the text, printed in groups or not: known country, its length, check digits."""
    for start in _START.finditer(text):
        length = _LENGTHS.get(start[0][:2].upper())
        if length is None:
            continue
        form = rf"(?:[A-Za-z0-9][{_SEPARATOR}]?){{{length - 1}}}[A-Za-z0-9](?![A-Za-z0-9])"
        found = re.compile(form).match(text, start.start())
        if found and _checks(re.sub(f"[{_SEPARATOR}]", "", found[0])):
            yield found.span()


def _checks(iban: str) -> bool:
    # ISO 7064 MOD 97-10: the four first characters go last, letters count from 10, the remainder is 1.
    return int("".join(str(int(c, 36)) for c in iban[4:] + iban[:4])) % 97 == 1
