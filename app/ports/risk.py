"""Who judges an order before the bank is called, and by which hits."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Protocol

from .gateway import GatewayResult


class Decision(StrEnum):
    INFORM = "INFORM"
    CHALLENGE = "CHALLENGE"
    REFUSE = "REFUSE"


@dataclass(frozen=True, slots=True)
class Hit:
    """A rule that fired: its name, decision, complementary code (domain.md section 4) and a sentence.

    `earlier` is the reference of the sale it is about, where it is about one: a person sees it beside the order.
    """

    rule: str
    decision: Decision
    code: str
    info: str
    priority: int = 0
    earlier: str | None = None


class RiskAssessor(Protocol):
    """Judges an order before the bank is called, inside the unit that commits the PENDING row.

    One that says `informs_only = True` is no control of the merchant's: it leaves the complementary code alone, its failure
    holds no sale, and it is not asked again after the bank's answer.
    """

    name: str

    def lock_keys(self, order: Any) -> Sequence[str]:
        """Return the keys to lock (sorted by the caller) so that two orders cannot both take the last place."""

    def before(self, session: Any, order: Any) -> Sequence[Hit]:
        """Return the hits of criteria that need nothing from the bank."""

    def after(self, session: Any, order: Any, result: GatewayResult) -> Sequence[Hit]:
        """Return the hits of criteria that need the bank's answer."""
