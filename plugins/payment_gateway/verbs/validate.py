"""VALIDATE whole or part: local, since the bank holds the whole authorisation until the capture."""

from __future__ import annotations

from contextlib import ExitStack

from app.domain.states import Event, OperationName, OperationStatus
from app.domain.verbs import Verb
from app.models import Operation
from app.ports import ActionRequest
from app.security import profiles

from ..approval import validated
from ..cases import Case
from ..ledger import enter, finish
from .base import Step, amount_of, ask, demand_not_lapsed, demand_state, right


def begin(case: Case, request: ActionRequest, held: ExitStack) -> Operation:
    """Keep `request.amount` (None: all); what is not validated is released with the capture."""
    demand_state(case, Verb.VALIDATE)
    demand_not_lapsed(case)
    amount = amount_of(case, request, Verb.VALIDATE, case.transaction.amount)
    operation = ask(case, Verb.VALIDATE, OperationName.VALIDATE, amount, request)
    return operation if operation.status == OperationStatus.REQUESTED else send(case, operation, held)


def send(case: Case, operation: Operation, held: ExitStack) -> Operation:
    """Validate: the sale is remitted today, tomorrow after cut-off, never beyond its limit date."""
    demand_not_lapsed(case)
    validated(case, operation.amount)
    enter(case.session, case.transaction, operation, Event.VALIDATED, case.actor)
    finish(case.transaction, operation, OperationStatus.DONE)
    return operation


STEP = Step(Verb.VALIDATE, right(profiles.VALIDATE), begin, send)
