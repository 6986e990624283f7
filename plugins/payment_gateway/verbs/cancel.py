"""CANCEL whole or part, before the remittance; a referral is cancelled without the bank."""

from __future__ import annotations

from contextlib import ExitStack

from app.domain.errors import NotCapable
from app.domain.states import Event, OperationName, OperationStatus, State
from app.domain.verbs import Verb
from app.models import Operation
from app.ports import ActionRequest, AmountRequest
from app.security import profiles

from ..cases import Case
from ..ledger import enter, finish, mark_sent
from ..runner import Intent, demand_open, gateway_of, intent_for, slot
from .base import Step, account_of, amount_of, ask, demand_capability, demand_state, reason_of, right_or_own


def begin(case: Case, request: ActionRequest, held: ExitStack) -> Intent | Operation:
    """Cancel `request.amount` (None: all) of a sale not yet remitted."""
    sale = case.transaction
    demand_state(case, Verb.CANCEL)
    if sale.state == State.REFERRAL:
        amount_of(case, request, Verb.CANCEL, sale.amount)
        return cancel_referral(case, request)
    account = account_of(case)
    demand_capability(case, account, "cancel")
    demand_open(account)
    amount = amount_of(case, request, Verb.CANCEL, sale.amount)
    if amount != sale.amount and not gateway_of(case, account).capabilities.partial_cancel:
        raise NotCapable()
    operation = ask(case, Verb.CANCEL, OperationName.CANCEL, amount, request)
    return operation if operation.status == OperationStatus.REQUESTED else send(case, operation, held)


def send(case: Case, operation: Operation, held: ExitStack) -> Intent | Operation:
    """Send a cancellation; the whole is all that the bank still holds, validated in part or not."""
    sale = case.transaction
    account = account_of(case)
    whole = operation.amount == sale.amount
    amount = sale.bank_amount if whole and sale.bank_amount else operation.amount
    mark_sent(sale, operation)
    held.enter_context(slot())
    return intent_for(case, operation, account, "cancel", AmountRequest(sale.reference, amount, sale.currency))


def cancel_referral(case: Case, request: ActionRequest) -> Operation:
    """Give up a referral: the bank holds nothing."""
    sale = case.transaction
    operation = case.add(
        OperationName.CANCEL,
        OperationStatus.WAITING,
        sale.amount,
        reason=reason_of(case, request),
        note=request.note,
        requested_by_id=case.actor.id,
    )
    sale.amount = 0
    enter(case.session, sale, operation, Event.CANCELLED, case.actor)
    finish(sale, operation, OperationStatus.DONE)
    return operation


STEP = Step(Verb.CANCEL, right_or_own(profiles.CANCEL, profiles.CANCEL_OWN), begin, send)
