"""One due sale sent: in its own transaction, taken with SKIP LOCKED, so any number of workers may do so at once."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from enum import StrEnum

import structlog
from sqlalchemy.orm import Session

from app.database import is_away, now
from app.domain.actor import machine
from app.domain.errors import DomainError, NotAllowedInState, NotSent, OperationInFlight
from app.domain.states import OperationName, OperationStatus
from app.failpoints import fail_point
from app.ports import Answer

from ..cases import Case, open_case
from ..runner import Intent, demand_open, perform, slot
from ..verbs.base import account_of, demand_capability, demand_not_lapsed
from ..verbs.capture import intend
from .aside import note_try
from .due import Due
from .lines import demand_sending, join, place

log = structlog.get_logger(__name__)


class Sent(StrEnum):
    """What became of one sale."""

    DONE = "DONE"
    REFUSED = "REFUSED"
    UNKNOWN = "UNKNOWN"  # uncertain: the resolution asks
    NOT_SENT = "NOT_SENT"  # the bank cannot be reached, or takes nothing now: tried again
    ELSEWHERE = "ELSEWHERE"  # another worker or person has it, or it has not to leave any more
    ASIDE = "ASIDE"  # an error of ours: tried again, then set aside


_BY_STATUS = {200: Sent.DONE, 202: Sent.UNKNOWN, 409: Sent.REFUSED, 503: Sent.NOT_SENT}


def capture(merchant_id: int, transaction_id: int, due: Due, remittance_id: int | None) -> Sent:
    """Capture one sale, if it still has to leave, into this remittance, or into the contract's open one (None).

    Raises an error when the database is away. Any other trouble is the sale's own and is counted against it.
    """
    actor = machine(merchant_id)

    def begin(session: Session, held: ExitStack) -> Intent | Answer:
        case = open_case(session, actor, transaction_id, skip_locked=True)
        return intent_of(case, due, remittance_id, lambda: held.enter_context(slot()))

    return outcome_of(lambda: perform(actor, begin), merchant_id, transaction_id, remittance_id)


def intent_of(case: Case, due: Due, remittance_id: int | None, take_slot: Callable[[], object]) -> Intent:
    """Write a locked sale's capture into its remittance, SENT; `take_slot` is called last, when the sale is known to leave.

    Raises NotAllowedInState for a sale that has not to leave (any more), OperationInFlight, NotSent.
    """
    case.demand_nothing_in_flight()
    sale = case.transaction
    if not due.holds(sale):
        raise NotAllowedInState(state=sale.state)
    demand_not_lapsed(case)  # the round may have begun before midnight
    account = account_of(case)
    demand_capability(case, account, "capture")
    demand_open(account)
    if remittance_id is not None:
        demand_sending(case.session, sale.merchant_id, remittance_id)  # before anything is written: others go on
    take_slot()
    operation = case.add(OperationName.CAPTURE, OperationStatus.WAITING, sale.amount)
    if remittance_id is None:
        origin = join(case.session, sale, operation, now())
    else:
        origin = place(case.session, operation, remittance_id)
    fail_point("remittance.before_sending")
    return intend(case, operation, origin)


def outcome_of(do: Callable[[], Answer], merchant_id: int, transaction_id: int, remittance_id: int | None) -> Sent:
    """Do it and say what became of the sale; trouble of its own is counted against it; the database away goes on."""
    try:
        done = do()
    except NotSent:
        return Sent.NOT_SENT
    except (OperationInFlight, NotAllowedInState):
        return Sent.ELSEWHERE
    except DomainError as error:
        return _failed(merchant_id, transaction_id, remittance_id, error.code, error)
    except Exception as error:  # one sale's trouble is no other's, and it is counted against it
        if is_away(error):
            raise
        return _failed(merchant_id, transaction_id, remittance_id, type(error).__name__, error)
    return _BY_STATUS[done.status]


def _failed(merchant_id: int, transaction_id: int, remittance_id: int | None, why: str, error: Exception) -> Sent:
    log.error("capture_failed", transaction=transaction_id, error=why, exc_info=error)
    try:
        note_try(merchant_id, transaction_id, remittance_id, why)
    except Exception as worse:  # it stays due, and the next pass finds it again; the others go on
        if is_away(worse):
            raise
        log.error("try_not_noted", transaction=transaction_id, error=type(worse).__name__, exc_info=worse)
    return Sent.ASIDE
