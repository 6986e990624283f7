"""What the platform's response codes mean for us: one table (domain.md section 3).

A code is final only where it proves that the bank will never do what was asked. 94 (the reference is taken) may be our
own order, received; 60, 90, 97 and 99 say that the platform does not know, or not yet: all of them are inquired.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum, auto
from types import MappingProxyType
from typing import NamedTuple

from app.ports import Outcome


class Asked(Enum):
    """What was asked: a card for the first time, the card of an earlier sale, or something of a known sale."""

    ORDER = auto()
    DUPLICATE = auto()
    CASH = auto()


class Meaning(NamedTuple):
    """A code's outcome for each kind of question."""

    order: Outcome
    duplicate: Outcome
    cash: Outcome


A, D, R, U = Outcome.APPROVED, Outcome.DECLINED, Outcome.REFERRAL, Outcome.UNKNOWN
_EVERYWHERE = Meaning(D, D, D)
_NOT_KNOWN = Meaning(U, U, U)

PLATFORM: Mapping[str, Meaning] = MappingProxyType(
    {
        "00": Meaning(A, A, A),
        "02": Meaning(R, R, D),
        "03": _EVERYWHERE,
        "05": _EVERYWHERE,
        "11": _EVERYWHERE,
        "12": _EVERYWHERE,
        "14": _EVERYWHERE,
        "17": _EVERYWHERE,
        "24": Meaning(U, D, D),  # a new card has no state that could forbid it: not understood
        "25": Meaning(U, D, D),  # likewise; of a duplicate the earlier sale, of an operation the sale is unknown
        "30": _EVERYWHERE,
        "34": _EVERYWHERE,
        "40": _EVERYWHERE,
        "51": _EVERYWHERE,
        "54": _EVERYWHERE,
        "60": _NOT_KNOWN,
        "63": _EVERYWHERE,
        "75": _EVERYWHERE,
        "90": _NOT_KNOWN,
        "94": _NOT_KNOWN,
        "97": _NOT_KNOWN,
        "99": _NOT_KNOWN,
    }
)
REFUSED = "05"
# On our side 34 means our rules and 51 our refund limit; said by a bank about a card they are its plain refusal.
_OURS = {Asked.ORDER: frozenset({"34", "51"}), Asked.DUPLICATE: frozenset({"34", "51"}), Asked.CASH: frozenset({"34"})}


class Judgement(NamedTuple):
    """Outcome, the code as we keep it, and the acquirer's code."""

    outcome: Outcome
    response_code: str
    acquirer_code: str | None


def judge(code: str, acquirer_code: str | None, asked: Asked) -> Judgement:
    """Return what a verified reply's `responseCode` (two characters) means; a code outside the table is a refusal, 05."""
    meaning = PLATFORM.get(code)
    if meaning is None:
        return Judgement(D, REFUSED, acquirer_code or code)
    outcome = {Asked.ORDER: meaning.order, Asked.DUPLICATE: meaning.duplicate, Asked.CASH: meaning.cash}[asked]
    return Judgement(outcome, REFUSED if code in _OURS[asked] else code, acquirer_code)
