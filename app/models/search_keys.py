"""Search keys: what is stored beside a text so that equality or a prefix finds it, however it was typed.

Writers and searchers use the same functions. Under row-level security only plain comparisons reach an index
(architecture.md), so everything a person may write differently is levelled here, before it is stored.
"""

from __future__ import annotations

import re
import unicodedata

# Letters that Unicode does not take apart, as French and its neighbours write them without a key for them.
_LETTERS = str.maketrans({"Œ": "OE", "Æ": "AE", "Ø": "O", "Đ": "D", "Ð": "D", "Ł": "L", "Þ": "TH", "ı": "I"})
_NAME_LENGTH, _TELEPHONE_LENGTH, _EMAIL_LENGTH, _ORDER_LENGTH = 80, 30, 254, 32  # of the columns
_FRANCE = "33"


def name_key(text: str) -> str:
    """Return a name in upper case, without accents, every run of blanks and punctuation one blank: at most 80.

    "Hélène  d'Œuvre-Dupont" and "HELENE D OEUVRE DUPONT" are the same key.
    """
    upper = unicodedata.normalize("NFKD", text.upper().translate(_LETTERS))
    plain = "".join(c for c in upper if not unicodedata.combining(c))
    return " ".join(re.findall(r"\w+", plain))[:_NAME_LENGTH].rstrip()


def telephone_key(text: str) -> str:
    """Return the digits of a telephone number as E.164 has them, without the plus sign: at most 30.

    "+33 6 12 34 56 78", "0033612345678", "(0)6.12.34.56.78" and "06 12 34 56 78" are "33612345678": a number that
    begins with a single 0 is French. The beginning of a number gives the beginning of its key.
    """
    digits = re.sub(r"[^0-9]", "", unicodedata.normalize("NFKC", text).replace("(0)", "" if "+" in text else "0"))
    if "+" not in text:
        if digits.startswith("00"):
            digits = digits[2:]
        elif digits.startswith("0"):
            digits = _FRANCE + digits[1:]
    return digits[:_TELEPHONE_LENGTH]


def email_key(text: str) -> str:
    """Return an e-mail address in lower case without outer blanks: at most 254."""
    return text.strip().lower()[:_EMAIL_LENGTH]


def order_key(text: str) -> str:
    """Return an order number in upper case without outer blanks: at most 32."""
    return text.strip().upper()[:_ORDER_LENGTH]
