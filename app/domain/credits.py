"""When the account is credited for a remittance: counted in bank days, before anybody has seen a statement.

A card remittance is one credit of the next bank day, of value a bank day later. American Express pays by itself, later,
by transfer; its value is the day it arrives (domain.md section 6).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType

from .closed_days import add_bank_days


@dataclass(frozen=True, slots=True)
class Delay:
    """Bank days from the remittance to the credit, and from the credit to its value."""

    credit: int
    value: int


#: By a contract's scheme.
DELAYS: Mapping[str, Delay] = MappingProxyType({"CARD": Delay(1, 1), "AMEX": Delay(3, 0)})


@dataclass(frozen=True, slots=True)
class Credit:
    """The day the credit is expected on the account, and its value date."""

    day: date
    value: date


def expected_credit(remitted: date, scheme: str, closed: Collection[date] = ()) -> Credit:
    """Return when a remittance of the day `remitted` under a contract of that scheme is expected on the account.

    `closed`: days on which this account's bank is closed beside those of TARGET.
    """
    delay = DELAYS[scheme]
    day = add_bank_days(remitted, delay.credit, closed)
    return Credit(day, add_bank_days(day, delay.value, closed))
