"""The day before its limit a sale that waits for a person is told of: an alarm each, one mail for all of them."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.alarms import EXPIRES_SOON, mail_of_several, mail_people, named, raise_alarm
from app.database import NOTHING, Scope, is_away, now, unit_of_work
from app.domain.states import OperationStatus, State
from app.domain.text import N_
from app.models import Operation, Transaction

from ..turns import DueItem, Ended, Turns

log = structlog.get_logger(__name__)
UNDECIDED = N_("%(reference)s lapses at the end of %(limit)s: validate, accept or release it before.")
HELD = N_("%(reference)s lapses at the end of %(limit)s: it is held out of the remittances.")
UNCERTAIN = N_(
    "%(reference)s lapses at the end of %(limit)s, and the outcome of %(operation)s is not known yet: look among the uncertain outcomes."
)
MOST = 100_000
_turns = Turns()
_DUE = text("SELECT id, merchant_id FROM due_warnings(:at, :most)")


def warn_due(most: int = 1000) -> int:
    """Raise the alarm of every sale to validate, to challenge, held, refused at capture or with an operation of unknown
    outcome whose limit is tomorrow (from 8 o'clock in the merchant's zone) or today; returns how many."""
    return _turns.serve_merchants(_due, most, _warn)


def _due(most: int) -> list[DueItem]:
    with unit_of_work(NOTHING) as session:
        return [DueItem(row[0], row[1]) for row in session.execute(_DUE, {"at": now(), "most": most})]


def _warn(merchant_id: int, ids: Sequence[int]) -> Ended:
    """Warn of each by itself; who else has a sale at this moment leaves it to the next round."""
    with unit_of_work(Scope((merchant_id,))) as session:
        sales = session.scalars(
            select(Transaction)
            .where(Transaction.merchant_id == merchant_id, Transaction.id.in_(ids))
            .order_by(Transaction.limit_date, Transaction.id)
            .with_for_update(skip_locked=True)
        ).all()
        still = set(session.execute(_DUE, {"at": now(), "most": MOST}).scalars())  # settled or told of in between?
        done, failed = _warn_of(session, merchant_id, [each for each in sales if each.id in still])
    return Ended(done, failed=failed)


def _warn_of(session: Session, merchant_id: int, sales: Sequence[Transaction]) -> tuple[list[int], list[int]]:
    """Warn of these locked sales; returns the ids of those told of and of those that failed."""
    uncertain = _uncertain(session, merchant_id, [each.id for each in sales])
    failed: list[int] = []
    told: list[tuple[Transaction, str, dict[str, str]]] = []
    for sale in sales:
        try:
            with session.begin_nested():
                message, params = _said(sale, uncertain.get(sale.id))
                raise_alarm(session, merchant_id, EXPIRES_SOON, message, params, sale.id, mail=False)
            told.append((sale, message, params))
        except Exception as error:  # one that cannot be warned of holds up no other
            if is_away(error):
                raise
            failed.append(sale.id)
            log.error("warning_failed", transaction=sale.id, error=type(error).__name__, exc_info=error)
    if len(told) == 1:
        _, message, params = told[0]
        mail_people(session, merchant_id, EXPIRES_SOON, message, params)
    elif told:
        text_ = N_("%(count)s sales lapse by tomorrow evening if nobody decides: %(references)s")
        mail_of_several(session, merchant_id, EXPIRES_SOON, text_, [sale for sale, _, _ in told])
    return [sale.id for sale, _, _ in told], failed


def _uncertain(session: Session, merchant_id: int, ids: list[int]) -> dict[int, str]:
    """Return the operation of unknown outcome by sale."""
    found = session.execute(
        select(Operation.transaction_id, Operation.name).where(
            Operation.merchant_id == merchant_id,
            Operation.transaction_id.in_(ids),
            Operation.status == OperationStatus.UNKNOWN,
        )
    )
    return {row[0]: row[1] for row in found}


def _said(sale: Transaction, uncertain: str | None) -> tuple[str, dict[str, str]]:
    params = {"reference": named(sale), "limit": sale.limit_date.isoformat() if sale.limit_date else ""}
    if uncertain is not None:
        return UNCERTAIN, params | {"operation": uncertain}
    return (HELD if sale.state == State.TO_CAPTURE else UNDECIDED), params
