"""Asking the risk assessors before the bank is called, under their locks (domain.md section 4)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.database import now
from app.domain.text import N_
from app.models import RiskHit, Transaction
from app.plugin import registry
from app.ports import Decision, GatewayResult, Hit, RiskAssessor

from .rows import insert_row

log = structlog.get_logger(__name__)
FAILED = "99"  # complementary code: technical problem in a control
FAILED_SAID = N_("technical problem in a control")
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 7305113))")
_STRICTNESS = {Decision.INFORM: 0, Decision.CHALLENGE: 1, Decision.REFUSE: 2}


@dataclass(frozen=True, slots=True)
class Verdict:
    """The strictest decision (None: nothing fired), its complementary code and sentence, and every hit."""

    decision: Decision | None
    code: str | None
    info: str | None
    hits: Sequence[Hit]


def judge(session: Session, sale: Transaction) -> Verdict:
    """Ask every assessor about a sale not yet written; the locks hold until the unit ends, so that two orders cannot
    both take the last place. No control at all: no code; nothing fired: 00."""
    assessors = _assessors()
    if not assessors:
        return Verdict(None, None, None, ())
    keys = sorted({f"{sale.merchant_id}:{key}" for assessor in assessors for key in assessor.lock_keys(sale)})
    for key in keys:
        session.execute(_LOCK, {"key": key})
    hits = _hits(session, assessors, lambda assessor: assessor.before(session, sale))
    passed = "00" if any(map(_controls, assessors)) else None
    if not hits:
        return Verdict(None, passed, None, ())
    strictest = _strictest(hits)
    return Verdict(strictest.decision, strictest.code or passed, strictest.info[:255] if strictest.code else None, hits)


def judge_answer(session: Session, sale: Transaction, result: GatewayResult) -> Decision | None:
    """Ask for the criteria that need the bank's approval, store their hits, and let a stricter decision than the one
    from before the call stand, with its code. Returns the strictest of these hits."""
    controls = [assessor for assessor in _assessors() if _controls(assessor)]
    hits = _hits(session, controls, lambda assessor: assessor.after(session, sale, result))
    if not hits:
        return None
    write_hits(session, sale, hits)
    strictest = _strictest(hits)
    before = _STRICTNESS[Decision(sale.risk_decision)] if sale.risk_decision else -1
    if _STRICTNESS[strictest.decision] > before:
        sale.risk_decision, sale.complementary_code = strictest.decision, strictest.code
        sale.complementary_info = strictest.info[:255]
    return strictest.decision


def _assessors() -> list[RiskAssessor]:
    return [assessor for _, assessor in sorted(registry().assessors.items())]


def _controls(assessor: RiskAssessor) -> bool:
    """Whether it is a control of the merchant's, not one that only tells."""
    return not getattr(assessor, "informs_only", False)


def _hits(
    session: Session, assessors: Sequence[RiskAssessor], ask: Callable[[RiskAssessor], Sequence[Hit]]
) -> list[Hit]:
    """Ask each. One that fails is never a silent approval: the sale is held until a person decides (99, a technical
    problem in a control; told only, where it only tells), and what it may have broken in the database transaction is
    undone."""
    hits: list[Hit] = []
    for assessor in assessors:
        try:
            with session.begin_nested():
                hits += ask(assessor)
        except Exception as error:  # noqa: BLE001 - whatever it was, the order was not judged
            log.error("risk_assessor_failed", assessor=assessor.name, error=type(error).__name__)
            decision = Decision.CHALLENGE if _controls(assessor) else Decision.INFORM
            hits.append(Hit(assessor.name, decision, FAILED, FAILED_SAID))
    return hits


def _strictest(hits: Sequence[Hit]) -> Hit:
    return max(hits, key=lambda hit: (_STRICTNESS[hit.decision], bool(hit.code), hit.priority))


def write_hits(session: Session, sale: Transaction, hits: Sequence[Hit]) -> None:
    """Store every hit, the informative ones too."""
    for hit in hits:
        row = RiskHit(merchant_id=sale.merchant_id, transaction_id=sale.id, at=now(), rule=hit.rule[:80])
        row.decision, row.code, row.info = hit.decision, hit.code, hit.info[:255]
        insert_row(session, row)
