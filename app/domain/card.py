"""A card as it stands for one request, in memory only. Nothing here writes the number into a text, an error or a file.

One masked form everywhere (PCI DSS 3.5.1): the six first digits, one `#` for each digit left out, the four last, as in
`497010######0006` and `378282#####0005`.
"""

from __future__ import annotations

import re
from datetime import date
from typing import NoReturn, final

from .brands import AMEX, BRANDS, BrandChoice, brands_of, choose_brand, lengths_of, luhn
from .expiry import parse_expiry
from .rejected import Rejected
from .text import N_

# Between groups of digits: blank, no-break blanks, dashes, dot. Everything else in the field is a mistake.
_SEPARATORS = str.maketrans("", "", " \t\u00a0\u202f\u2009-\u2010\u2011\u2013.")
_LONGEST_TEXT = 64


@final
class Card:
    """Number, expiry, security code and the brand chosen. Build it with `parse_card`; equal only to itself.

    It refuses to be copied, pickled, formatted or changed, has no `__dict__`, and shows itself masked. Gateway adapters
    and the fingerprint take the number by `reveal_number()`, adapters the code by `reveal_security_code()`: no one else.
    """

    __slots__ = ("__code", "__number", "brand", "brand_choice", "expiry")

    brand: str
    brand_choice: BrandChoice
    expiry: tuple[int, int]  # year, month; good to that month's end
    __number: str
    __code: str | None

    def __init__(
        self, number: str, expiry: tuple[int, int], security_code: str | None, brand: str, choice: BrandChoice
    ) -> None:
        put = object.__setattr__
        put(self, "_Card__number", number)
        put(self, "_Card__code", security_code)
        put(self, "expiry", expiry)
        put(self, "brand", brand)
        put(self, "brand_choice", choice)

    def reveal_number(self) -> str:
        """Return the whole number, digits only: for a gateway's request and the fingerprint, nothing else."""
        return self.__number

    def reveal_security_code(self) -> str | None:
        """Return the security code, or None when none was given: for a gateway's request, nothing else."""
        return self.__code

    @property
    def bin(self) -> str:
        """The six first digits."""
        return self.__number[:6]

    @property
    def last4(self) -> str:
        """The four last digits."""
        return self.__number[-4:]

    @property
    def masked(self) -> str:
        """The one masked form, as in `497010######0006`."""
        return masked(self.bin, self.last4, len(self.__number))

    @property
    def brands(self) -> tuple[str, ...]:
        """All brands the card bears, the national one first."""
        return brands_of(self.bin)

    @property
    def expiry_yyyymm(self) -> str:
        """Expiry as the platform and our tables have it, as in "202807"."""
        return "{:04d}{:02d}".format(*self.expiry)

    def __repr__(self) -> str:
        return f"<Card {self.masked} {self.brand}>"

    __str__ = __repr__

    def __setattr__(self, name: str, value: object) -> NoReturn:
        raise AttributeError("a card does not change")

    def __delattr__(self, name: str) -> NoReturn:
        raise AttributeError("a card does not change")

    def _refuse(self, *_: object) -> NoReturn:
        raise TypeError("a card stays in memory: it is never copied, pickled or formatted")

    __reduce__ = __reduce_ex__ = __getstate__ = __copy__ = __deepcopy__ = __format__ = _refuse


def masked(bin6: str, last4: str, length: int) -> str:
    """Return the masked form of a number of `length` digits from what may be stored of it."""
    return f"{bin6}{'#' * (length - 10)}{last4}"


def parse_card(
    number_text: str,
    expiry_text: str,
    code_text: str | None,
    today: date,
    *,
    brand: str | None = None,
    default_brand: str | None = None,
    code_required: bool = False,
) -> Card:
    """Return the card a clerk or a client typed.

    `today` is the merchant's local day; `brand` the caller's wish, `default_brand` the merchant's for co-badged cards,
    `code_required` the merchant's setting (Amex always needs its code). Blanks, dashes and dots may part the digits.

    Raises one Rejected naming the first wrong field, with the others in `also`; fields are card.number, card.expiry,
    card.security_code, card.brand. Codes: card_number_missing, card_number_invalid, card_number_length,
    card_scheme_not_accepted, card_expiry_missing, card_expiry_invalid, card_expired, security_code_missing,
    security_code_invalid, card_brand_invalid. No error, nor a frame of this module in its traceback, holds number or
    code.
    """
    number = _read_number(number_text)
    brands = () if isinstance(number, Rejected) else brands_of(number[:6])
    code = _read_code(code_text, brands, code_required)
    expiry = _read_expiry(expiry_text, today)
    chosen = _read_brand(brands, brand, default_brand)
    if not (
        isinstance(number, Rejected)
        or isinstance(expiry, Rejected)
        or isinstance(code, Rejected)
        or isinstance(chosen, Rejected)
    ):
        return Card(number, expiry, code, *chosen)
    first, *also = [part for part in (number, expiry, code, chosen) if isinstance(part, Rejected)]
    # A traceback shown with its locals shows none of them (a number may have been typed into any field).
    del number_text, number, code_text, code, expiry_text, brand
    first.also = tuple(also)
    raise first


def _read_number(text: str) -> str | Rejected:
    # Returned, not raised: an exception would carry this frame, and the frame the number.
    digits = text.strip().translate(_SEPARATORS) if len(text) <= _LONGEST_TEXT else "?"
    if not digits:
        return Rejected("card_number_missing", N_("The card number is needed."), field="card.number")
    invalid = Rejected("card_number_invalid", N_("This is not a card number: a digit is wrong."), field="card.number")
    if not re.fullmatch("[0-9]+", digits):
        return invalid
    known = lengths_of(digits[:6])
    lengths = known or range(12, 20)  # ISO/IEC 7812: at most 19 digits
    if len(digits) not in lengths:
        message = N_("The card number has %(count)s digits; %(expected)s are expected.")
        expected = "/".join(str(length) for length in sorted(known)) or "12-19"
        return Rejected("card_number_length", message, field="card.number", count=len(digits), expected=expected)
    if not luhn(digits):
        return invalid
    if not known:
        message = N_("Cards of this scheme are not accepted; accepted: %(brands)s.")
        return Rejected("card_scheme_not_accepted", message, field="card.number", brands=", ".join(BRANDS))
    return digits


def _read_code(text: str | None, brands: tuple[str, ...], required: bool) -> str | None | Rejected:
    code = (text or "").strip()
    if not code:
        if required or AMEX in brands:
            return Rejected("security_code_missing", N_("The security code is needed."), field="card.security_code")
        return None
    lengths = (3, 4) if not brands else (4,) if AMEX in brands else (3,)
    if not re.fullmatch("[0-9]+", code) or len(code) not in lengths:
        message = N_("The security code has %(expected)s digits.")
        expected = "/".join(str(length) for length in lengths)
        return Rejected("security_code_invalid", message, field="card.security_code", expected=expected)
    return code


def _read_expiry(text: str, today: date) -> tuple[int, int] | Rejected:
    try:
        return parse_expiry(text, today)
    except Rejected as error:
        return error.with_traceback(None)


def _read_brand(brands: tuple[str, ...], wish: str | None, default: str | None) -> tuple[str, BrandChoice] | Rejected:
    try:
        return choose_brand(brands, wish, default) if brands else ("", BrandChoice.ONLY)
    except Rejected as error:
        return error.with_traceback(None)
