"""IMMEDIATE capture where it is a second bank call: it follows the approval, and nothing depends on its outcome."""

from __future__ import annotations

from contextlib import ExitStack

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import unit_of_work
from app.domain.actor import Actor
from app.domain.errors import DomainError
from app.domain.states import CaptureMode, OperationName, OperationStatus, State
from app.models import Transaction
from app.ports import Answer

from .answers import answer
from .cases import open_case
from .runner import Intent, demand_open, perform
from .verbs import capture
from .verbs.base import account_of


def capture_immediate(actor: Actor, transaction_id: int) -> None:
    """Capture the sale now if it was taken as IMMEDIATE and approved; else it leaves with today's remittance."""
    with unit_of_work(actor) as session:
        mode = session.scalar(select(Transaction.capture_mode).where(Transaction.id == transaction_id))
    if mode != CaptureMode.IMMEDIATE:
        return

    def begin(session: Session, held: ExitStack) -> Intent | Answer:
        case = open_case(session, actor, transaction_id)
        if case.transaction.state != State.TO_CAPTURE:
            return answer(case.transaction)
        case.demand_nothing_in_flight()
        demand_open(account_of(case))  # in the blackout it is left to the remittance
        operation = case.add(OperationName.CAPTURE, OperationStatus.WAITING, case.transaction.amount)
        sent = capture.send(case, operation, held)
        return sent if isinstance(sent, Intent) else answer(case.transaction, sent)

    try:
        perform(actor, begin)
    except DomainError:
        return  # no call was free, or another was quicker: it stays TO_CAPTURE, day 0
