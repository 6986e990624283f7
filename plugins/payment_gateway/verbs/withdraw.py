"""Withdraw what waits for a second person or for the bank's night; once sent it cannot be taken back."""

from __future__ import annotations

from contextlib import ExitStack

from app.domain.actor import Actor
from app.domain.errors import InvalidInput, NotAllowedInState, NotPermitted
from app.domain.states import Event, OperationName, OperationStatus
from app.domain.text import N_
from app.domain.verbs import Verb
from app.models import Operation, Transaction
from app.ports import ActionRequest
from app.security import profiles

from ..cases import Case
from ..ledger import enter, finish
from .base import Step

WITHDRAWABLE = (OperationStatus.REQUESTED, OperationStatus.WAITING)


def demand(actor: Actor, sale: Transaction) -> None:
    """Whoever may ask for or approve operations may try; whose operation it is, is seen under the lock."""
    if not (actor.rights & {profiles.APPROVE, profiles.REFUND, profiles.CANCEL, profiles.CANCEL_OWN}):
        raise NotPermitted(right=profiles.APPROVE)


def begin(case: Case, request: ActionRequest, held: ExitStack) -> Operation:
    """Withdraw the operation whose sequence is `request.operation` (None: the only one that can be)."""
    operation = _chosen(case, request.operation)
    if operation.requested_by_id != case.actor.id and not case.actor.may(profiles.APPROVE):
        raise NotPermitted(right=profiles.APPROVE)
    if operation.status not in WITHDRAWABLE:
        raise NotAllowedInState(
            N_("This operation cannot be withdrawn any more: it is %(state)s."), state=operation.status
        )
    if operation.created_by_id is None:
        raise NotAllowedInState(N_("Nobody asked for this operation, so nobody withdraws it."), state=operation.status)
    withdraw(case, operation, OperationStatus.WITHDRAWN, request.note)
    return operation


def withdraw(case: Case, operation: Operation, status: OperationStatus, note: str | None) -> None:
    """End a REQUESTED or WAITING operation without sending it; a refund's reservation is given back."""
    sale = case.transaction
    if operation.name == OperationName.CREDIT:
        sale.reserved_amount -= operation.amount
    operation.note = note or operation.note
    enter(case.session, sale, operation, Event.WITHDRAWN, case.actor, data={"status": status})
    finish(sale, operation, status)


def _chosen(case: Case, sequence: int | None) -> Operation:
    able = [each for each in case.operations if each.status in WITHDRAWABLE and each.created_by_id is not None]
    if sequence is None:
        if len(able) == 1:
            return able[0]
        if not able:
            raise NotAllowedInState(N_("Nothing waits on this transaction."), state=case.transaction.state)
        raise InvalidInput.of("operation", "missing", N_("Several operations wait; name one."))
    for each in case.operations:
        if each.sequence == sequence:
            return each
    raise InvalidInput.of("operation", "operation_unknown", N_("This transaction has no such operation."))


STEP = Step(Verb.WITHDRAW, demand, begin)
