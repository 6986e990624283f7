"""What a gateway's result, or an inquiry's conclusion, makes of an operation and its transaction.

Called under the transaction's lock only, by the runner and by resolution alike. Anything not provably final leaves the
operation UNKNOWN; a late answer that contradicts what was concluded is never dropped.
"""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

from app.alarms import CAPTURE_REFUSED, UNEXPLAINED_DIFFERENCE, raise_alarm
from app.database import now, real_now
from app.domain.days import local_day
from app.domain.money import format_amount
from app.domain.states import (
    OPEN_STATUSES,
    Event,
    OperationName,
    OperationStatus,
    State,
)
from app.domain.text import N_
from app.models import Operation
from app.ports import GatewayResult, Outcome

from .approval import approve
from .cases import Case
from .late import late_answer
from .ledger import enter, finish, let_go, owed, promised, wait
from .nights import refund_leaves_at
from .not_done import tell_not_done
from .remittance.closing import judge_again
from .remittance.lines import leave, take_line
from .remittance.uncaptured import not_captured

FIRST_INQUIRY = timedelta(seconds=5)
RELEASED = ("CANCELLED", "EXPIRED")
CAPTURED = ("TO_CAPTURE", "CAPTURED")  # at the bank, of a sale we authorised in VALIDATION mode
NEVER_CREDITED = (*RELEASED, "CREDITED", "REFUSED")  # statuses at the bank in which no refund will ever be taken
TRY_AGAIN = timedelta(minutes=5)
AUTHORISATIONS = (OperationName.TRANSACTION, OperationName.DUPLICATE, OperationName.ADVICE)


def settle(case: Case, operation: Operation, result: GatewayResult) -> None:
    """Apply the result to the operation; what was settled meanwhile is only compared."""
    uncertain = operation.status == OperationStatus.UNKNOWN
    remittance_id = operation.remittance_id
    if operation.status not in OPEN_STATUSES:
        late_answer(case, operation, result)
    elif result.outcome == Outcome.UNKNOWN:
        unknown(operation, result.reason)
    elif operation.name in AUTHORISATIONS:
        _authorisation(case, operation, result)
    elif operation.name == OperationName.CAPTURE:
        _capture(case, operation, result)
    elif operation.name == OperationName.CREDIT:
        _credit(case, operation, result)
    else:
        _release(case, operation, result)
    if uncertain and remittance_id is not None and operation.status not in OPEN_STATUSES:
        judge_again(case.session, operation.merchant_id, remittance_id)  # it may have been closed with an unknown line


def unknown(operation: Operation, reason: str = "") -> None:
    """Make the operation UNKNOWN; the first inquiry comes after 5 seconds."""
    if operation.status == OperationStatus.SENT:
        operation.status = OperationStatus.UNKNOWN
        operation.next_inquiry_at = real_now() + FIRST_INQUIRY
    if reason:
        operation.evidence = {**(operation.evidence or {}), "reason": reason[:200]}


def _authorisation(case: Case, operation: Operation, result: GatewayResult) -> None:
    sale = case.transaction
    forced = operation.name == OperationName.ADVICE
    if result.outcome == Outcome.FAILED and forced:
        finish(sale, operation, OperationStatus.FAILED, result)
        return
    if result.outcome == Outcome.REFERRAL and forced:
        finish(sale, operation, OperationStatus.REFUSED, result)  # the number was not accepted; it may be tried again
        return
    for name in ("response_code", "acquirer_response_code", "csc_result", "authorisation_id"):
        value = getattr(result, name)
        if value is not None:
            setattr(sale, name, value)
    sale.answered_at = now()
    if result.outcome == Outcome.APPROVED:
        approve(case, operation, result)
    elif result.outcome == Outcome.REFERRAL and sale.merchant.forcing_allowed:
        sale.bank_status = State.REFERRAL
        sale.limit_date = local_day(sale.created_at, ZoneInfo(sale.merchant.zone))  # forced on its own day only
        enter(case.session, sale, operation, Event.ASKED_TO_CALL, case.actor)
        finish(sale, operation, OperationStatus.REFUSED, result)
    elif result.outcome == Outcome.FAILED:
        sale.response_code = "90"
        enter(case.session, sale, operation, Event.NOT_SENT, case.actor)
        finish(sale, operation, OperationStatus.FAILED, result)
    else:
        sale.bank_status = State.REFUSED
        enter(case.session, sale, operation, Event.DECLINED, case.actor)
        finish(sale, operation, OperationStatus.REFUSED, result)


def _capture(case: Case, operation: Operation, result: GatewayResult) -> None:
    sale = case.transaction
    # 24 about a sale captured with just this amount: one given up as not done was written late by the platform.
    before = result.response_code == "24" and result.new_status in CAPTURED and result.new_amount == operation.amount
    if result.outcome == Outcome.APPROVED or before:
        sale.captured_amount = sale.amount
        sale.captured_at = now()
        sale.held, sale.capture_error, sale.capture_next_at = False, None, None
        sale.bank_status, sale.bank_amount, sale.bank_captured_amount = State.CAPTURED, sale.amount, sale.amount
        take_line(case.session, operation)
        enter(case.session, sale, operation, Event.CAPTURED, case.actor)
        finish(sale, operation, OperationStatus.DONE, result)
    elif result.outcome == Outcome.FAILED:
        not_captured(case, operation)
        finish(sale, operation, OperationStatus.FAILED, result)
    else:
        sale.capture_error = result.response_code or "05"
        enter(case.session, sale, operation, Event.CAPTURE_REFUSED, case.actor)
        finish(sale, operation, OperationStatus.REFUSED, result)
        text = N_("The bank refused the capture of %(reference)s (%(code)s); it waits for your decision.")
        params = {"reference": sale.reference, "code": sale.capture_error}
        raise_alarm(case.session, sale.merchant_id, CAPTURE_REFUSED, text, params, sale.id)


def _credit(case: Case, operation: Operation, result: GatewayResult) -> None:
    sale = case.transaction
    too_early = result.outcome == Outcome.DECLINED and result.response_code == "24"
    if too_early and result.new_status not in NEVER_CREDITED:
        # The bank has not closed the day of the sale: the refund leaves after its night (domain.md section 2).
        operation.response_code = result.response_code
        wait(operation, refund_leaves_at(now()))
        leave(operation)
        return
    if result.outcome == Outcome.FAILED and promised(operation):
        wait(operation, now() + TRY_AGAIN)
        leave(operation)
        return
    sale.reserved_amount -= operation.amount
    if result.outcome == Outcome.APPROVED:
        sale.refunded_amount += operation.amount
        sale.bank_refunded_amount = (sale.bank_refunded_amount or 0) + operation.amount
        take_line(case.session, operation)
        whole = sale.refunded_amount == sale.captured_amount
        event = Event.REFUNDED if whole else Event.REFUNDED_IN_PART
        enter(case.session, sale, operation, event, case.actor)
        finish(sale, operation, OperationStatus.DONE, result)
    else:
        tell_not_done(case, operation, result)
        leave(operation)
        failed = result.outcome == Outcome.FAILED
        finish(sale, operation, OperationStatus.FAILED if failed else OperationStatus.REFUSED, result)


def _release(case: Case, operation: Operation, result: GatewayResult) -> None:
    """CANCEL, EXPIRED, REFUSE_CHALLENGE: the bank lets go of the whole or a part."""
    sale = case.transaction
    gone = result.response_code == "24" and result.new_status in RELEASED
    if result.outcome == Outcome.FAILED:
        _not_released(case, operation, result, OperationStatus.FAILED)
    elif result.outcome == Outcome.APPROVED or (gone and operation.amount == sale.amount):
        _released(case, operation, result)
    else:
        _not_released(case, operation, result, OperationStatus.REFUSED)


def _released(case: Case, operation: Operation, result: GatewayResult) -> None:
    sale = case.transaction
    if sale.state == State.REFUSED:  # the release of a late approval: the sale stays refused
        sale.bank_status, sale.bank_amount = State.CANCELLED, 0
        finish(sale, operation, OperationStatus.DONE, result)
        return
    whole = let_go(sale, operation)
    if result.outcome == Outcome.APPROVED and result.new_amount not in (None, sale.bank_amount):
        # Released elsewhere too: told now, not by a refused capture. What the bank holds judges later cancellations.
        text = N_("The bank holds %(held)s of %(reference)s after the cancellation, %(amount)s were expected.")
        held, amount = (
            format_amount(each or 0, sale.currency, sale.merchant.language)
            for each in (result.new_amount, sale.bank_amount)
        )
        params = {"reference": sale.reference, "held": held, "amount": amount}
        raise_alarm(case.session, sale.merchant_id, UNEXPLAINED_DIFFERENCE, text, params, sale.id)
        sale.bank_amount = result.new_amount
    enter(case.session, sale, operation, _release_event(operation, sale.state, whole), case.actor)
    finish(sale, operation, OperationStatus.DONE, result)


def _release_event(operation: Operation, state: str, whole: bool) -> Event:
    if state == State.PENDING and operation.reason == "RULE":
        return Event.APPROVED_THEN_REFUSED
    if operation.name == OperationName.EXPIRED:
        return Event.EXPIRED
    if operation.name == OperationName.REFUSE_CHALLENGE:
        return Event.CHALLENGE_REFUSED
    return Event.CANCELLED if whole else Event.CANCELLED_IN_PART


def _not_released(case: Case, operation: Operation, result: GatewayResult, status: OperationStatus) -> None:
    """A person may ask again; what the machine must release (created_by_id None) stays due and is shown."""
    sale = case.transaction
    if owed(operation):
        wait(operation, now() + TRY_AGAIN)
        operation.response_code = result.response_code
        if status == OperationStatus.REFUSED and "shown" not in (operation.evidence or {}):
            operation.evidence = {**(operation.evidence or {}), "shown": True}
            text = N_("The bank did not release %(reference)s (%(code)s); it is asked again every five minutes.")
            params = {"reference": sale.reference, "code": result.response_code}
            raise_alarm(case.session, sale.merchant_id, UNEXPLAINED_DIFFERENCE, text, params, sale.id)
        return
    tell_not_done(case, operation, result)
    finish(sale, operation, status, result)
