"""A person decides on a PENDING of 24 hours: cancel at the bank, or close with the bank's written answer (two persons)."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any

from app.database import now, real_now
from app.domain.errors import InvalidInput, NotAllowedInState, OperationInFlight
from app.domain.states import OPEN_STATUSES, Event, OperationStatus, State
from app.domain.text import N_
from app.domain.verbs import STATES, Verb
from app.models import Operation, Transaction
from app.ports import ActionRequest, AmountRequest, Answer, GatewayResult, Outcome
from app.security import profiles

from ..answers import answer
from ..cases import Case
from ..late import contradiction
from ..ledger import GRACE, OLD_ENOUGH, call_deadline, enter, finish
from ..resolved import cancelled_by_a_person, remember_answer, remember_cancel
from ..runner import Intent, demand_open, intent_for, slot
from ..settle import RELEASED, settle, unknown
from .base import Step, account_of, reason_of, right

OUTCOMES = ("APPROVED", "REFUSED", "CANCELLED", "EXPIRED")


def old_enough(sale: Transaction) -> bool:
    """Return whether the sale has been uncertain for 24 hours."""
    return now() - sale.created_at >= OLD_ENOUGH


def begin(case: Case, request: ActionRequest, held: ExitStack) -> Intent | Answer | Operation:
    """Cancel at the bank, or record or carry out a closing."""
    sale = case.transaction
    if sale.state not in STATES[Verb.RESOLVE]:
        raise NotAllowedInState(state=sale.state)
    if not old_enough(sale):
        text = N_("The bank is being asked; a person decides after 24 hours without an answer.")
        raise NotAllowedInState(text, state=sale.state)
    operation = next((each for each in case.operations if each.status in OPEN_STATUSES), None)
    if operation is None or operation.status != OperationStatus.UNKNOWN:
        raise OperationInFlight()
    if request.decision == "cancel":
        return _cancel(case, operation, request, held)
    if request.decision == "close":
        return _close(case, operation, request)
    raise InvalidInput.of("decision", "decision_invalid", N_("The decision is cancel or close."))


def _cancel(case: Case, operation: Operation, asked: ActionRequest, held: ExitStack) -> Intent:
    """Ask the bank to cancel; the authorisation is UNKNOWN again, and inquired, unless the bank confirms.

    Meanwhile it counts as SENT: an inquiry would conclude from what the bank is just about to change.
    """
    sale = case.transaction
    account = account_of(case)
    demand_open(account)
    remember_cancel(case, operation, reason_of(case, asked), asked.note)
    operation.status, operation.ended_at = OperationStatus.SENT, None
    operation.deadline = real_now() + call_deadline()
    operation.next_inquiry_at = operation.deadline + GRACE
    held.enter_context(slot())
    request = AmountRequest(sale.reference, sale.amount, sale.currency)
    return intent_for(case, operation, account, "cancel", request, settle_cancel)


def settle_cancel(case: Case, operation: Operation, result: GatewayResult) -> None:
    """CANCELLED when the bank confirms; anything else leaves all as it is, with the answer as evidence."""
    gone = result.response_code == "24" and result.new_status in RELEASED
    cancelled = result.outcome == Outcome.APPROVED or gone
    if operation.status not in OPEN_STATUSES:
        if cancelled and case.transaction.state != State.CANCELLED:
            contradiction(case, operation, State.CANCELLED)
        return
    if cancelled:
        cancelled_by_a_person(case, operation, result)
        return
    unknown(operation)
    remember_answer(operation, result)


def _close(case: Case, operation: Operation, request: ActionRequest) -> Answer | Operation:
    outcome = (request.outcome or "").upper()
    if outcome not in OUTCOMES:
        raise InvalidInput.of("outcome", "outcome_invalid", N_("The outcome is what the bank's written answer says."))
    if not request.note:
        raise InvalidInput.of("note", "missing", N_("Name the bank's written answer."))
    proposal: dict[str, Any] = (operation.evidence or {}).get("close") or {}
    if proposal.get("outcome") != outcome or proposal.get("by_id") == case.actor.id:
        closing = {"outcome": outcome, "note": request.note, "by_id": case.actor.id, "by": case.actor.name}
        operation.evidence = {**(operation.evidence or {}), "close": {**closing, "at": now().isoformat()}}
        done = answer(case.transaction, operation)
        return Answer(done.transaction_id, done.reference, 202, "approval_required", operation.id)
    operation.requested_by_id, operation.approved_by_id = proposal["by_id"], case.actor.id
    operation.approved_by, operation.note = case.actor.name, request.note
    close(case, operation, outcome)
    return operation


def close(case: Case, operation: Operation, outcome: str) -> None:
    """Take the sale to the state the bank's written answer says."""
    sale = case.transaction
    if outcome in ("CANCELLED", "EXPIRED"):
        sale.amount, sale.bank_amount, sale.bank_status = 0, 0, outcome
        event = Event.CANCELLED if outcome == "CANCELLED" else Event.EXPIRED
        enter(case.session, sale, operation, event, case.actor)
        finish(sale, operation, OperationStatus.DONE)
        return
    result = Outcome.APPROVED if outcome == "APPROVED" else Outcome.DECLINED
    settle(case, operation, GatewayResult(result, response_code="00" if outcome == "APPROVED" else "05"))


STEP = Step(Verb.RESOLVE, right(profiles.RESOLVE), begin)
