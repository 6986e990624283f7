"""Sales whose limit date is over: released at the bank and EXPIRED, with an alarm; a referral without the bank."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import structlog
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.alarms import EXPIRED, mail_of_several, named, raise_alarm
from app.database import NOTHING, Scope, now, unit_of_work
from app.domain.actor import machine
from app.domain.errors import DomainError
from app.domain.states import Event, OperationName, OperationStatus, State
from app.domain.text import N_
from app.models import Transaction

from .cases import Case, open_case
from .ledger import enter, finish
from .overtaken import reject_overtaken
from .verbs.base import is_open

log = structlog.get_logger(__name__)
RELEASED = N_("%(reference)s was not remitted by its limit date; it is released at the bank.")
ALL_RELEASED = N_(
    "%(count)s sales were not remitted by their limit dates; they are released at the bank: %(references)s"
)
_DUE = text("SELECT id, merchant_id FROM due_lapsed(:at, :most)")


def expire_due(most: int = 200) -> int:
    """Expire what lapsed; the release of an authorisation is written as WAITING and leaves with the waiting operations."""
    with unit_of_work(NOTHING) as session:
        due = session.execute(_DUE, {"at": now(), "most": most}).all()
    by_merchant: dict[int, list[int]] = defaultdict(list)
    for transaction_id, merchant_id in due:
        by_merchant[merchant_id].append(transaction_id)
    for merchant_id, ids in by_merchant.items():
        try:
            with unit_of_work(Scope((merchant_id,))) as session:
                expire_all(session, merchant_id, ids)
        except OperationalError:
            raise  # the database is away: nothing else can lapse either
        except Exception as error:  # one merchant's trouble is no other's
            log.error("lapsed_sales_failed", merchant=merchant_id, error=type(error).__name__, exc_info=error)
    return len(due)


def expire_all(session: Session, merchant_id: int, ids: Sequence[int]) -> None:
    """Expire these sales, each by itself, with an alarm each and one mail for all: after days off it is one, not many."""
    told: list[Transaction] = []
    for transaction_id in ids:
        try:
            with session.begin_nested():
                case = open_case(session, machine(merchant_id), transaction_id, skip_locked=True)
                if expire(case):
                    told.append(case.transaction)
        except DomainError as error:
            log.info("lapsed_sale_later", transaction=transaction_id, code=error.code)
        except OperationalError:
            raise
        except Exception as error:  # one that cannot lapse holds up no other
            log.error("lapsed_sale_failed", transaction=transaction_id, error=type(error).__name__, exc_info=error)
    for sale in told:
        raise_alarm(
            session, merchant_id, EXPIRED, RELEASED, {"reference": named(sale)}, sale.id, mail=len(told) == 1
        )  # fmt: skip
    if len(told) > 1:
        mail_of_several(session, merchant_id, EXPIRED, ALL_RELEASED, told)


def expire(case: Case) -> bool:
    """Write what the end of the limit date makes of one locked sale; while an operation is open, nothing yet.

    Returns whether people are to be told: a referral nobody called about takes nothing from anybody.
    """
    sale = case.transaction
    case.demand_nothing_in_flight()
    if sale.state == State.REFERRAL:
        operation = case.add(OperationName.EXPIRED, OperationStatus.WAITING, sale.amount)
        sale.amount = 0
        enter(case.session, sale, operation, Event.EXPIRED, case.actor)
        finish(sale, operation, OperationStatus.DONE)
        reject_overtaken(case)
        return False
    if not is_open(sale):
        return False
    case.add(OperationName.EXPIRED, OperationStatus.WAITING, sale.amount, due_at=now())
    return True
