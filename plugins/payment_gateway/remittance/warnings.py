"""The day before its limit a sale that waits for a person is told of: an alarm each, one mail for all of them."""

from __future__ import annotations

from collections import defaultdict

import structlog
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError

from app.alarms import EXPIRES_SOON, mail_of_several, named, raise_alarm
from app.database import NOTHING, Scope, now, unit_of_work
from app.domain.states import State
from app.domain.text import N_
from app.models import Transaction

log = structlog.get_logger(__name__)
_DUE = text("SELECT id, merchant_id FROM due_warnings(:at, :most)")


def warn_due(most: int = 1000) -> int:
    """Raise the alarm of every sale to validate, to challenge, held or refused at capture whose limit is tomorrow (from 8
    o'clock in the merchant's zone) or today; returns how many."""
    with unit_of_work(NOTHING) as session:
        due = session.execute(_DUE, {"at": now(), "most": most}).all()
    by_merchant: dict[int, list[int]] = defaultdict(list)
    for transaction_id, merchant_id in due:
        by_merchant[merchant_id].append(transaction_id)
    for merchant_id, ids in by_merchant.items():
        try:
            _warn(merchant_id, ids)
        except OperationalError:
            raise  # the database is away
        except Exception as error:  # one merchant's trouble is no other's
            log.error("warning_failed", merchant=merchant_id, error=type(error).__name__, exc_info=error)
    return len(due)


def _warn(merchant_id: int, ids: list[int]) -> None:
    with unit_of_work(Scope((merchant_id,))) as session:
        sales = session.scalars(
            select(Transaction)
            .where(Transaction.merchant_id == merchant_id, Transaction.id.in_(ids))
            .order_by(Transaction.limit_date, Transaction.id)
            .with_for_update()
        ).all()
        for sale in sales:
            message = N_("%(reference)s lapses at the end of %(limit)s: validate, accept or release it before.")
            if sale.state == State.TO_CAPTURE:
                message = N_("%(reference)s lapses at the end of %(limit)s: it is held out of the remittances.")
            params = {"reference": named(sale), "limit": sale.limit_date.isoformat() if sale.limit_date else ""}
            raise_alarm(session, merchant_id, EXPIRES_SOON, message, params, sale.id, mail=len(sales) == 1)
        if len(sales) > 1:
            text_ = N_("%(count)s sales lapse by tomorrow evening if nobody decides: %(references)s")
            mail_of_several(session, merchant_id, EXPIRES_SOON, text_, sales)
