"""The people who order: made up, each with a telephone of their own kind, a town, and one card after the other."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from app.models.search_keys import name_key
from app.ports import CustomerData

from .cards import Wallet
from .names import BEGINNINGS, ENDINGS, FICTION, GIVEN, STREETS, TOWNS


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who orders: what the clerk notes of them, the shop's customer number, the cards they pay with."""

    data: CustomerData
    customer_id: str | None
    wallet: Wallet


def made_up(rng: Random, number: int, wallet: Wallet) -> Person:
    """Return the person of this number; not everybody leaves an e-mail address or has a customer number."""
    given, family = rng.choice(GIVEN), rng.choice(BEGINNINGS) + rng.choice(ENDINGS)
    postal_code, town = rng.choice(TOWNS)
    mail = f"{name_key(given)}.{name_key(family)}{number}".lower().replace(" ", "-")
    data = CustomerData(
        name=f"{given} {family}",
        telephone=telephone(rng),
        email=f"{mail}@courrier.example" if rng.random() < 0.55 else None,
        postal_code=postal_code,
        address=f"{rng.randrange(1, 120)} {rng.choice(STREETS)}, {town}" if rng.random() < 0.6 else None,
        country="FR",
    )
    return Person(data, f"C{10_000 + number}" if rng.random() < 0.7 else None, wallet)


def telephone(rng: Random) -> str:
    """Return a number that rings nowhere; mobiles are the most frequent."""
    first, digits = rng.choices(FICTION, (1, 1, 1, 1, 1, 8))[0]
    return first + f"{rng.randrange(10**digits):0{digits}d}"
