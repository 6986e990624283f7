"""Asking the risk assessors before the bank is called, under their locks (domain.md section 4)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.orm import Session

from app.database import now
from app.models import RiskHit, Transaction
from app.plugin import registry
from app.ports import Decision, Hit

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
    both take the last place. No assessor at all: no code; nothing fired: 00."""
    assessors = [assessor for _, assessor in sorted(registry().assessors.items())]
    if not assessors:
        return Verdict(None, None, None, ())
    keys = sorted({f"{sale.merchant_id}:{key}" for assessor in assessors for key in assessor.lock_keys(sale)})
    for key in keys:
        session.execute(_LOCK, {"key": key})
    hits = [hit for assessor in assessors for hit in assessor.before(session, sale)]
    if not hits:
        return Verdict(None, "00", None, ())
    strictest = max(hits, key=lambda hit: (_STRICTNESS[hit.decision], hit.priority))
    return Verdict(strictest.decision, strictest.code, strictest.info[:255], hits)


def write_hits(session: Session, sale: Transaction, hits: Sequence[Hit]) -> None:
    """Store every hit, the informative ones too."""
    for hit in hits:
        row = RiskHit(merchant_id=sale.merchant_id, transaction_id=sale.id, at=now(), rule=hit.rule[:80])
        row.decision, row.code, row.info = hit.decision, hit.code, hit.info[:255]
        session.add(row)
