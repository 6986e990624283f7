"""Sales whose limit date is over: released at the bank and EXPIRED, with an alarm; a referral without the bank."""

from __future__ import annotations

import structlog
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from app.alarms import EXPIRED, raise_alarm
from app.database import NOTHING, Scope, now, unit_of_work
from app.domain.actor import machine
from app.domain.errors import DomainError
from app.domain.states import Event, OperationName, OperationStatus, State
from app.domain.text import N_

from .cases import Case, open_case
from .ledger import enter, finish
from .overtaken import reject_overtaken
from .verbs.base import is_open

log = structlog.get_logger(__name__)
_DUE = text("SELECT id, merchant_id FROM due_lapsed(:at, :most)")


def expire_due(most: int = 200) -> int:
    """Expire what lapsed; the release of an authorisation is written as WAITING and leaves with the waiting operations."""
    with unit_of_work(NOTHING) as session:
        due = session.execute(_DUE, {"at": now(), "most": most}).all()
    for transaction_id, merchant_id in due:
        try:
            with unit_of_work(Scope((merchant_id,))) as session:
                expire(open_case(session, machine(merchant_id), transaction_id, skip_locked=True))
        except DomainError as error:
            log.info("lapsed_sale_later", transaction=transaction_id, code=error.code)
        except OperationalError:
            raise  # the database is away: nothing else can lapse either
        except Exception as error:  # one that cannot lapse holds up no other
            log.error("lapsed_sale_failed", transaction=transaction_id, error=type(error).__name__, exc_info=error)
    return len(due)


def expire(case: Case) -> None:
    """Write what the end of the limit date makes of one locked sale; while an operation is open, nothing yet."""
    sale = case.transaction
    case.demand_nothing_in_flight()
    if sale.state == State.REFERRAL:
        operation = case.add(OperationName.EXPIRED, OperationStatus.WAITING, sale.amount)
        sale.amount = 0
        enter(case.session, sale, operation, Event.EXPIRED, case.actor)
        finish(sale, operation, OperationStatus.DONE)
        reject_overtaken(case)
        return
    if not is_open(sale):
        return
    case.add(OperationName.EXPIRED, OperationStatus.WAITING, sale.amount, due_at=now())
    message = N_("%(reference)s was not remitted by its limit date; it is released at the bank.")
    raise_alarm(case.session, sale.merchant_id, EXPIRED, message, {"reference": sale.reference}, sale.id)
