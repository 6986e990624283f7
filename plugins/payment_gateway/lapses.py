"""Sales whose limit date is over: released at the bank and EXPIRED, with an alarm; a referral without the bank."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from sqlalchemy import select, text
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
from .turns import DueItem, Ended, Turns
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
    return _turns.serve_merchants(_due, most, _expire, _tell_stuck, MOST_TRIES)


def _expire(merchant_id: int, ids: Sequence[int]) -> Ended:
    with unit_of_work(Scope((merchant_id,))) as session:
        return expire_all(session, merchant_id, ids)


def _due(most: int) -> list[DueItem]:
    with unit_of_work(NOTHING) as session:
        return [DueItem(row[0], row[1]) for row in session.execute(_DUE, {"at": now(), "most": most})]


def expire_all(session: Session, merchant_id: int, ids: Sequence[int]) -> Ended:
    """Expire these sales, each by itself, with an alarm each and one mail for all: after days off it is one, not many.

    Returns what became of each once the unit is committed; an error of ours with one of them fails that one.
    """
    told: list[Transaction] = []
    done: list[int] = []
    later: list[int] = []
    failed: list[int] = []
    for transaction_id in ids:
        try:
            with session.begin_nested():
                case = open_case(session, machine(merchant_id), transaction_id, skip_locked=True)
                if expire(case):
                    sale = case.transaction
                    reference = {"reference": named(sale)}
                    raise_alarm(session, merchant_id, EXPIRED, RELEASED, reference, sale.id, mail=False)
                    told.append(sale)
            done.append(transaction_id)
        except DomainError as error:
            later.append(transaction_id)
            log.info("lapsed_sale_later", transaction=transaction_id, code=error.code)
        except Exception as error:  # one that cannot lapse holds up no other
            if is_away(error):
                raise
            log.error("lapsed_sale_failed", transaction=transaction_id, error=type(error).__name__, exc_info=error)
            failed.append(transaction_id)
    if len(told) == 1:
        mail_people(session, merchant_id, EXPIRED, RELEASED, {"reference": named(told[0])})
    elif told:
        mail_of_several(session, merchant_id, EXPIRED, ALL_RELEASED, told)
    return Ended(done, later, failed)


def _tell_stuck(merchant_id: int, ids: Sequence[int]) -> None:
    """Raise one alarm for each sale that cannot lapse, whatever process has tried before."""
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
