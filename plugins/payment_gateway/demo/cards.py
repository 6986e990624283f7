"""Cards of the past: what may be kept of one, without there ever having been a number.

A fingerprint is a keyed digest as a real card's is, over a text that no number equals: no card typed later is taken for
one of these.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random

from app.domain.brands import AMEX, brands_of
from app.domain.card import masked

# First six digits by kind of card, of the ranges of app.domain.brands; the weights are a French mail-order shop's.
ISSUED = (
    ("497011", 22),
    ("497042", 20),
    ("497830", 18),
    ("513144", 9),
    ("513390", 8),
    ("453220", 6),
    ("540118", 6),
    ("374290", 7),
)


@dataclass(slots=True)
class PastCard:
    """A card: first six and last four digits, expiry (year, month), and the text its fingerprint is made of."""

    bin: str
    last4: str
    expires: tuple[int, int]
    name: str
    row_id: int = 0

    @property
    def brands(self) -> tuple[str, ...]:
        """The brands on the card, the national one first."""
        return brands_of(self.bin)

    @property
    def masked(self) -> str:
        """The one masked form."""
        return masked(self.bin, self.last4, 15 if self.brands == (AMEX,) else 16)

    @property
    def expiry(self) -> str:
        """Expiry as our tables have it: YYYYMM."""
        return f"{self.expires[0]:04d}{self.expires[1]:02d}"

    def fingerprints(self, keys: Sequence[tuple[int, bytes]]) -> list[tuple[int, str]]:
        """Return (key version, digest) for each live key."""
        return [(version, hmac.new(key, self.name.encode(), hashlib.sha256).hexdigest()) for version, key in keys]


@dataclass(slots=True)
class Wallet:
    """One person's cards: a new one when the old has expired, another of the same kind when the bank refused."""

    owner: str
    issued: Sequence[tuple[str, int]]
    cards: list[PastCard] = field(default_factory=list)

    def card(self, rng: Random, day: date, *, other_than: PastCard | None = None) -> PastCard:
        """Return a card good on the day, the last one used where that is possible."""
        for card in reversed(self.cards):
            if card is not other_than and card.expires >= (day.year, day.month):
                return card
        return self._issue(rng, day)

    def _issue(self, rng: Random, day: date) -> PastCard:
        bins, weights = zip(*self.issued, strict=True)
        months = day.year * 12 + day.month - 1 + rng.randrange(1, 46)
        name = f"practice past, {self.owner}, card {len(self.cards) + 1}"
        card = PastCard(
            rng.choices(bins, weights)[0], f"{rng.randrange(10_000):04d}", (months // 12, months % 12 + 1), name
        )
        self.cards.append(card)
        return card
