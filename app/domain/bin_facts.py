"""What the first six digits tell about a card beyond its brands; stored with the order so the past can be judged again."""

from __future__ import annotations

from dataclasses import dataclass

TABLE_VERSION = "own-2026-11"


@dataclass(frozen=True, slots=True)
class BinFacts:
    """Facts about a BIN as one version of the table knows them; None is "not known", never "no"."""

    bin: str
    country: str | None = None  # ISO 3166-1 alpha-2 of the issuer
    type: str | None = None  # DEBIT or CREDIT
    commercial: bool | None = None
    prepaid: bool | None = None
    virtual: bool | None = None
    systematic: bool | None = None  # authorisation asked for every amount
    table_version: str = TABLE_VERSION


# first, last, country. Own and small, only what public issuer lists agree on: the French ranges of brands.py. American
# Express numbers carry no country (domain.md section 4). Everything else is unknown until the bank's table is loaded.
_COUNTRIES = ((497000, 497999, "FR"), (513100, 513699, "FR"))


def bin_facts(bin6: str) -> BinFacts:
    """Return what the table knows of a card with these six first digits."""
    number = int(bin6)
    country = next((country for first, last, country in _COUNTRIES if first <= number <= last), None)
    return BinFacts(bin6, country=country)
