"""A late answer that contradicts what was concluded is never dropped (domain.md section 2, "late approval")."""

from __future__ import annotations

from app.alarms import LATE_APPROVAL, UNEXPLAINED_DIFFERENCE, raise_alarm
from app.database import now
from app.domain.states import Event, OperationName, OperationStatus, State
from app.domain.text import N_
from app.models import Operation
from app.ports import GatewayResult, Outcome

from .cases import Case
from .ledger import enter

_CONFIRMS = {
    OperationStatus.DONE: (Outcome.APPROVED,),
    OperationStatus.REFUSED: (Outcome.DECLINED, Outcome.REFERRAL, Outcome.FAILED),
    OperationStatus.FAILED: (Outcome.FAILED, Outcome.DECLINED),
}


def late_answer(case: Case, operation: Operation, result: GatewayResult) -> None:
    """Compare an answer with what was concluded without it; release a late approval, raise an alarm on a difference."""
    sale = case.transaction
    if result.outcome == Outcome.UNKNOWN or result.outcome in _CONFIRMS.get(OperationStatus(operation.status), ()):
        return
    authorised = operation.name in (OperationName.TRANSACTION, OperationName.DUPLICATE)
    if result.outcome == Outcome.APPROVED and authorised and sale.state == State.REFUSED:
        release_late_approval(case)
        return
    contradiction(case, operation, result.outcome)


def contradiction(case: Case, operation: Operation, answered: str) -> None:
    """Raise the alarm that the bank answered otherwise than the operation was concluded."""
    sale = case.transaction
    text = N_("%(operation)s of %(reference)s was concluded as %(status)s, but the bank answered %(outcome)s later.")
    params = {
        "operation": operation.name,
        "reference": sale.reference,
        "status": operation.status,
        "outcome": str(answered),
    }
    raise_alarm(case.session, sale.merchant_id, UNEXPLAINED_DIFFERENCE, text, params, sale.id)


def release_late_approval(case: Case) -> None:
    """The bank holds an approval we gave up: the sale stays REFUSED, a CANCEL leaves at once, an alarm is raised."""
    sale = case.transaction
    if any(each.name == OperationName.CANCEL for each in case.operations):
        return  # already being released
    sale.bank_status, sale.bank_amount = State.TO_VALIDATE, sale.original_amount
    sale.bank_captured_amount, sale.bank_refunded_amount = 0, 0
    enter(case.session, sale, None, Event.LATE_APPROVAL, case.actor)  # a settled operation is never written again
    release = case.add(OperationName.CANCEL, OperationStatus.WAITING, sale.original_amount, reason="LATE", due_at=now())
    release.created_by_id, release.created_by = None, "e-gestion"
    text = N_("The bank approved %(reference)s after it was given up; the approval is being cancelled.")
    raise_alarm(case.session, sale.merchant_id, LATE_APPROVAL, text, {"reference": sale.reference}, sale.id)
