"""A risk assessor with switches: what it finds before and after the bank's answer, and whether it fails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from app.plugin import registry
from app.ports import Decision, GatewayResult, Hit


def hit(decision: str, code: str, rule: str = "rule", priority: int = 0) -> Hit:
    """A rule that fired."""
    return Hit(rule, Decision(decision), code, f"{rule} says {decision}", priority)


@dataclass
class Assessor:
    """Registered under `name`; `seen` counts how often each side was asked."""

    name: str = "switches"
    hits_before: Sequence[Hit] = ()
    hits_after: Sequence[Hit] = ()
    fails_before: bool = False
    fails_after: bool = False
    breaks_the_transaction: bool = False
    seen: list[str] = field(default_factory=list)

    def lock_keys(self, order: Any) -> Sequence[str]:
        return [f"card:{order.card_id}"]

    def before(self, session: Any, order: Any) -> Sequence[Hit]:
        self.seen.append("before")
        if self.fails_before:
            self._fail(session)
        return self.hits_before

    def after(self, session: Any, order: Any, result: GatewayResult) -> Sequence[Hit]:
        self.seen.append("after")
        if self.fails_after:
            self._fail(session)
        return self.hits_after

    def _fail(self, session: Any) -> None:
        if self.breaks_the_transaction:
            from sqlalchemy import text

            session.execute(text("SELECT 1 / 0"))
        raise RuntimeError("a rule that cannot be computed")


def install(**switches: Any) -> Assessor:
    """Register one for the rest of the test."""
    assessor = Assessor(**switches)
    registry().assessors[assessor.name] = assessor
    return assessor
