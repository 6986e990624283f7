"""What an inquiry's answer makes of an operation without a certain outcome, and when it is asked about again.

Called by resolution, under the lock of the transaction.
"""

from __future__ import annotations

from datetime import timedelta

from flask import current_app

from app.alarms import STAYS_UNCERTAIN, UNEXPLAINED_DIFFERENCE, raise_alarm
from app.database import now, real_now
from app.domain.states import OPEN_STATUSES, Event, OperationName, OperationStatus, State
from app.domain.text import N_
from app.models import Operation
from app.ports import BankView, GatewayResult, Outcome

from .cases import Case
from .conclusion import Conclusion, Finding, conclude, waited_enough
from .ledger import OLD_ENOUGH, enter, finish
from .resolved import cancel_asked, cancelled_by_a_person
from .settle import settle, unknown

# After 5, 15, 30 s, 1, 5, 30 min, then hourly, counted from the end of the call.
STEPS = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 30, 60, 300, 1800))
HOURLY = timedelta(hours=1)
KEPT = 60  # answers of the bank kept with an operation: two days of asking


def apply(case: Case, operation: Operation, view: BankView) -> None:
    """Settle an open operation by what the bank says of it, or say when to ask again."""
    unknown(operation)
    _remember(operation, view)
    sale = case.transaction
    finding = conclude(sale, operation, view)
    operation.inquiries += 1
    ended = operation.ended_at or operation.deadline or operation.sent_at or real_now()
    operation.next_inquiry_at = real_now() + _pause(real_now() - ended)
    if finding.conclusion in (Conclusion.NOT_FOUND, Conclusion.NOT_DONE):
        _nothing_there(case, operation, finding, real_now() - ended)
    elif finding.conclusion == Conclusion.DIFFERENT:
        _different(case, operation, view)
    elif finding.conclusion == Conclusion.RELEASED and finding.result is not None:
        _already_released(case, operation, finding.result)
    elif finding.conclusion == Conclusion.SETTLED and finding.result is not None:
        settle(case, operation, finding.result)
    if operation.status in OPEN_STATUSES and now() - operation.created_at >= OLD_ENOUGH:
        _uncertain_for_long(case, operation)


def _pause(elapsed: timedelta) -> timedelta:
    for step in STEPS:
        if elapsed < step:
            return step - elapsed
    return HOURLY


def _nothing_there(case: Case, operation: Operation, finding: Finding, elapsed: timedelta) -> None:
    """The platform writes asynchronously: the first "nothing there" is not final, nor is one too soon."""
    after: int = current_app.extensions["settings"].not_found_after
    believed = waited_enough(operation, elapsed, after)
    operation.not_found_count += 1
    if not believed:
        soonest = real_now() + max(timedelta(seconds=after) - elapsed, STEPS[0])
        operation.next_inquiry_at = min(operation.next_inquiry_at or soonest, soonest)
        return
    sale = case.transaction
    if operation.name in (OperationName.TRANSACTION, OperationName.DUPLICATE):
        if finding.conclusion == Conclusion.NOT_FOUND:
            sale.response_code, sale.not_received_at, sale.answered_at = "97", now(), now()
            enter(case.session, sale, operation, Event.NOT_RECEIVED, case.actor)
            finish(sale, operation, OperationStatus.FAILED, GatewayResult(Outcome.FAILED, response_code="97"))
        return
    settle(case, operation, GatewayResult(Outcome.FAILED, reason="the bank shows nothing of it"))


def _already_released(case: Case, operation: Operation, result: GatewayResult) -> None:
    sale = case.transaction
    if sale.state not in (State.PENDING, State.REFERRAL):
        return
    if result.new_status == State.CANCELLED and cancel_asked(operation):
        cancelled_by_a_person(case, operation, result)
        return
    sale.amount, sale.bank_amount, sale.bank_status = 0, 0, result.new_status
    sale.answered_at = now()
    event = Event.CANCELLED if result.new_status == "CANCELLED" else Event.EXPIRED
    enter(case.session, sale, operation, event, case.actor)
    finish(sale, operation, OperationStatus.DONE, result)


def _different(case: Case, operation: Operation, view: BankView) -> None:
    """A difference no operation of ours explains: one alarm, then hourly inquiries until a person has looked."""
    operation.next_inquiry_at = real_now() + HOURLY
    if (operation.evidence or {}).get("different"):
        return
    seen = {"status": view.status, "amount": view.amount, "captured": view.captured_amount}
    operation.evidence = {**(operation.evidence or {}), "different": {**seen, "refunded": view.refunded_amount}}
    sale = case.transaction
    message = N_("The bank's amounts of %(reference)s do not fit any operation of ours (%(operation)s is open).")
    params = {"reference": sale.reference, "operation": operation.name}
    raise_alarm(case.session, sale.merchant_id, UNEXPLAINED_DIFFERENCE, message, params, sale.id)


def _uncertain_for_long(case: Case, operation: Operation) -> None:
    """Tell the merchant's people, once, that this takes persons."""
    if (operation.evidence or {}).get("told"):
        return
    operation.evidence = {**(operation.evidence or {}), "told": True}
    sale = case.transaction
    message = N_("%(operation)s of %(reference)s has had no certain outcome for 24 hours.")
    params = {"reference": sale.reference, "operation": operation.name}
    raise_alarm(case.session, sale.merchant_id, STAYS_UNCERTAIN, message, params, sale.id)


def _remember(operation: Operation, view: BankView) -> None:
    """Keep each of the bank's answers as evidence: who decides about the operation later looks at them."""
    told = {"found": view.found, "status": view.status, "amount": view.amount, "captured": view.captured_amount}
    told |= {"refunded": view.refunded_amount, "last_operation": view.last_operation, "at": now().isoformat()}
    evidence = operation.evidence or {}
    operation.evidence = {**evidence, "inquiries": [*evidence.get("inquiries", ()), told][-KEPT:]}
