"""A PENDING order that a person had cancelled at the bank: the person's CANCEL stands in the books beside the order.

Who asked, and why, is remembered with the order's operation before the bank is called: when the answer gets lost, the
inquiry that finds the order cancelled writes the same.
"""

from __future__ import annotations

from typing import Any

from app.database import now
from app.domain.states import Event, OperationName, OperationStatus, State
from app.models import Operation
from app.ports import GatewayResult, Outcome

from .cases import Case
from .ledger import enter, finish

ASKED = "cancel"  # the key within an operation's evidence


def remember_cancel(case: Case, operation: Operation, reason: str | None, note: str | None) -> None:
    """Remember who asks the bank to cancel, and why."""
    asked = {"at": now().isoformat(), "by_id": case.actor.id, "by": case.actor.name, "reason": reason, "note": note}
    operation.evidence = {**(operation.evidence or {}), ASKED: asked}


def remember_answer(operation: Operation, result: GatewayResult) -> None:
    """Remember what the bank said to it when it did not confirm."""
    asked = cancel_asked(operation) | {"response_code": result.response_code}
    operation.evidence = {**(operation.evidence or {}), ASKED: asked}


def cancel_asked(operation: Operation) -> dict[str, Any]:
    """Return what is remembered of the last cancellation asked for; empty when nobody asked."""
    return dict((operation.evidence or {}).get(ASKED) or {})


def cancelled_by_a_person(case: Case, operation: Operation, result: GatewayResult) -> None:
    """CANCELLED, as the bank confirms: the order is DONE, since only what it holds can be cancelled, and the CANCEL of
    the person who asked for it is DONE too; that one takes the amount and the event."""
    sale, asked = case.transaction, cancel_asked(operation)
    sale.answered_at = now()
    if result.outcome == Outcome.APPROVED:
        sale.response_code = "00"
    finish(sale, operation, OperationStatus.DONE)
    case.session.flush()
    cancel = case.add(
        OperationName.CANCEL,
        OperationStatus.WAITING,
        sale.amount,
        reason=asked.get("reason"),
        note=asked.get("note"),
        requested_by_id=asked.get("by_id"),
    )
    cancel.created_by_id, cancel.created_by = asked.get("by_id"), asked.get("by") or case.actor.name
    sale.amount, sale.bank_amount, sale.bank_status = 0, 0, result.new_status or State.CANCELLED
    enter(case.session, sale, cancel, Event.CANCELLED, case.actor)
    finish(sale, cancel, OperationStatus.DONE, result)
