"""Sales whose limit date is over: released at the bank and EXPIRED, with an alarm; a referral without the bank."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import structlog
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.alarms import EXPIRED, NOT_DONE, mail_of_several, mail_people, named, raise_alarm
from app.database import NOTHING, Scope, is_away, now, unit_of_work
from app.domain.actor import machine
from app.domain.errors import DomainError
from app.domain.states import Event, OperationName, OperationStatus, State
from app.domain.text import N_
from app.models import Alarm, Transaction

from .cases import Case, open_case
from .ledger import enter, finish
from .overtaken import reject_overtaken
from .turns import DueItem, Turns
from .verbs.base import is_open

log = structlog.get_logger(__name__)
MOST_TRIES = 3
STUCK = N_(
    "%(reference)s is past its limit date and could not be released after %(tries)s tries; it is tried again every minute."
)
RELEASED = N_("%(reference)s was not remitted by its limit date; it is released at the bank.")
ALL_RELEASED = N_(
    "%(count)s sales were not remitted by their limit dates; they are released at the bank: %(references)s"
)
_turns = Turns()
_DUE = text("SELECT id, merchant_id FROM due_lapsed(:at, :most)")


def expire_due(most: int = 200) -> int:
    """Expire what lapsed; the release of an authorisation is written as WAITING and leaves with the waiting operations.

    One that cannot lapse, or not yet, goes behind all others; after the third error of ours people are told.
    """
    due = _turns.take(_due, most)
    by_merchant: dict[int, list[int]] = defaultdict(list)
    for transaction_id, merchant_id in due:
        by_merchant[merchant_id].append(transaction_id)
    for merchant_id, ids in by_merchant.items():
        stuck: Sequence[int] = ()
        try:
            with unit_of_work(Scope((merchant_id,))) as session:
                stuck = expire_all(session, merchant_id, ids)
            _tell_stuck(merchant_id, stuck)
        except Exception as error:  # one merchant's trouble is no other's
            if isinstance(error, OperationalError) and is_away(error):
                raise  # nothing else can lapse either
            log.error("lapsed_sales_failed", merchant=merchant_id, error=type(error).__name__, exc_info=error)
            for transaction_id in ids:
                _turns.failed(transaction_id)
    return len(due)


def _due(most: int) -> list[DueItem]:
    with unit_of_work(NOTHING) as session:
        return [DueItem(row[0], row[1]) for row in session.execute(_DUE, {"at": now(), "most": most})]


def expire_all(session: Session, merchant_id: int, ids: Sequence[int]) -> list[int]:
    """Expire these sales, each by itself, with an alarm each and one mail for all: after days off it is one, not many.

    Returns those an error of ours has kept from it for the third time.
    """
    told: list[Transaction] = []
    stuck: list[int] = []
    for transaction_id in ids:
        try:
            with session.begin_nested():
                case = open_case(session, machine(merchant_id), transaction_id, skip_locked=True)
                if expire(case):
                    sale = case.transaction
                    reference = {"reference": named(sale)}
                    raise_alarm(session, merchant_id, EXPIRED, RELEASED, reference, sale.id, mail=False)
                    told.append(sale)
            _turns.done(transaction_id)
        except DomainError as error:
            _turns.behind(transaction_id)
            log.info("lapsed_sale_later", transaction=transaction_id, code=error.code)
        except Exception as error:  # one that cannot lapse holds up no other
            if isinstance(error, OperationalError) and is_away(error):
                raise
            log.error("lapsed_sale_failed", transaction=transaction_id, error=type(error).__name__, exc_info=error)
            if _turns.failed(transaction_id) >= MOST_TRIES:
                stuck.append(transaction_id)
    if len(told) == 1:
        mail_people(session, merchant_id, EXPIRED, RELEASED, {"reference": named(told[0])})
    elif told:
        mail_of_several(session, merchant_id, EXPIRED, ALL_RELEASED, told)
    return stuck


def _tell_stuck(merchant_id: int, ids: Sequence[int]) -> None:
    """Raise one alarm for each sale that cannot lapse, whatever process has tried before."""
    if not ids:
        return
    with unit_of_work(Scope((merchant_id,))) as session:
        of_these = (Alarm.merchant_id == merchant_id, Alarm.kind == NOT_DONE, Alarm.transaction_id.in_(ids))
        known = set(session.scalars(select(Alarm.transaction_id).where(*of_these, Alarm.message == STUCK)))
        for sale in session.scalars(select(Transaction).where(Transaction.id.in_(set(ids) - known))):
            raise_alarm(session, merchant_id, NOT_DONE, STUCK, {"reference": named(sale), "tries": MOST_TRIES}, sale.id)


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
