"""Card schemes by number: prefixes, lengths, brands, and how long an authorisation holds."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

from .rejected import Rejected
from .text import N_

CB, VISA, MASTERCARD, AMEX, MAESTRO = "CB", "VISA", "MASTERCARD", "AMEX", "MAESTRO"
BRANDS = (CB, VISA, MASTERCARD, AMEX)  # accepted here; MAESTRO is only known in the validity table


class Initiation(StrEnum):
    """Who starts an authorisation: the customer orders, or the merchant asks again (DUPLICATE)."""

    CUSTOMER = "CUSTOMER"
    MERCHANT = "MERCHANT"


class BrandChoice(StrEnum):
    """How the brand of a co-badged card was chosen (Regulation (EU) 2015/751 art. 8); stored and sent."""

    ONLY = "ONLY"  # the card has one brand
    DEFAULT = "DEFAULT"  # the merchant's default, or the card's first brand
    CUSTOMER = "CUSTOMER"  # the caller's wish


class _Range(NamedTuple):
    first: int  # six digits, both ends included
    last: int
    lengths: frozenset[int]
    brands: tuple[str, ...]


def _range(first: int, last: int, lengths: set[int], *brands: str) -> _Range:
    return _Range(first, last, frozenset(lengths), brands)


# The narrower range stands first. Prefixes and lengths as the schemes publish them (ISO/IEC 7812 issuer identification
# numbers). The French co-badged ranges are own, by what public lists show of French issuers: 4970 to 4979 on Visa, 5131
# to 5136 on Mastercard; a card outside them is taken for its international scheme until the bank's table says more.
_RANGES = (
    _range(497000, 497999, {16, 19}, CB, VISA),
    _range(400000, 499999, {16, 19}, VISA),
    _range(513100, 513699, {16}, CB, MASTERCARD),
    _range(510000, 559999, {16}, MASTERCARD),
    _range(222100, 272099, {16}, MASTERCARD),
    _range(340000, 349999, {15}, AMEX),
    _range(370000, 379999, {15}, AMEX),
)

_VALIDITY_DAYS = {CB: 7, VISA: 7, MASTERCARD: 7, AMEX: 7, MAESTRO: 30}
_VALIDITY_DAYS_MERCHANT = {**_VALIDITY_DAYS, VISA: 5}


_LENGTHS = frozenset().union(*(r.lengths for r in _RANGES))


def _range_of(bin6: str) -> _Range | None:
    number = int(bin6)
    return next((r for r in _RANGES if r.first <= number <= r.last), None)


def ranges() -> tuple[tuple[int, int, frozenset[int], tuple[str, ...]], ...]:
    """Return (first BIN, last BIN, lengths, brands) of every accepted range, the narrower first."""
    return tuple((each.first, each.last, each.lengths, each.brands) for each in _RANGES)


def brands_of(bin6: str) -> tuple[str, ...]:
    """Return the brands a card with these six first digits bears, the national one first; empty: no accepted scheme."""
    found = _range_of(bin6)
    return found.brands if found else ()


def lengths_of(bin6: str) -> frozenset[int]:
    """Return how many digits a card with these six first digits may have; empty: no accepted scheme."""
    found = _range_of(bin6)
    return found.lengths if found else frozenset()


def luhn(digits: str) -> bool:
    """Return whether the last digit is the check digit of those before it (ISO/IEC 7812-1 annex B)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def is_card_number(digits: str) -> bool:
    """Return whether ASCII digits have prefix and length of an accepted scheme, and the right check digit."""
    return len(digits) in _LENGTHS and len(digits) in lengths_of(digits[:6]) and luhn(digits)


def choose_brand(brands: tuple[str, ...], wish: str | None, default: str | None) -> tuple[str, BrandChoice]:
    """Return the brand to use and how it was chosen: the caller's wish, else the merchant's default, else the first.

    A default the card does not bear is no choice. Raises Rejected card_brand_invalid for a wish it does not bear.
    """
    if wish and wish not in brands:
        message = N_("The card does not bear this brand; possible: %(brands)s.")
        raise Rejected("card_brand_invalid", message, field="card.brand", brands=", ".join(brands))
    if len(brands) == 1:
        return brands[0], BrandChoice.ONLY
    if wish:
        return wish, BrandChoice.CUSTOMER
    return default if default in brands else brands[0], BrandChoice.DEFAULT


def validity_days(brand: str, initiation: Initiation = Initiation.CUSTOMER) -> int:
    """Return for how many days an authorisation of the brand holds; raises LookupError for an unknown brand.

    Sources: domain.md section 2 "Dates" [E F], Société Générale Sogecommerce and the Monetico Retail validity table; for
    Visa by the merchant, Visa's rule as Stripe publishes it.
    """
    return (_VALIDITY_DAYS if initiation == Initiation.CUSTOMER else _VALIDITY_DAYS_MERCHANT)[brand]
