"""Accept (local) or refuse (cancel at the bank) a sale held by a risk rule."""

from __future__ import annotations

from contextlib import ExitStack

from app.domain.states import OperationName, OperationStatus
from app.domain.verbs import Verb
from app.models import Operation
from app.ports import ActionRequest
from app.security import profiles

from ..approval import accepted_challenge
from ..cases import Case
from ..ledger import enter, finish
from ..runner import Intent, demand_open
from . import cancel
from .base import Step, account_of, demand_capability, demand_not_lapsed, demand_state, reason_of, right


def accept(case: Case, request: ActionRequest, held: ExitStack) -> Operation:
    """Accept: on to its remittance or validation."""
    sale = case.transaction
    demand_state(case, Verb.ACCEPT_CHALLENGE)
    demand_not_lapsed(case)
    operation = case.add(OperationName.ACCEPT_CHALLENGE, OperationStatus.WAITING, sale.amount, note=request.note)
    enter(case.session, sale, operation, accepted_challenge(case), case.actor)
    finish(sale, operation, OperationStatus.DONE)
    return operation


def refuse(case: Case, request: ActionRequest, held: ExitStack) -> Intent | Operation:
    """Refuse: the bank lets the whole go."""
    sale = case.transaction
    demand_state(case, Verb.REFUSE_CHALLENGE)
    account = account_of(case)
    demand_capability(case, account, "cancel")
    demand_open(account)
    operation = case.add(
        OperationName.REFUSE_CHALLENGE,
        OperationStatus.WAITING,
        sale.amount,
        reason=reason_of(case, request),
        note=request.note,
    )
    return cancel.send(case, operation, held)


ACCEPT = Step(Verb.ACCEPT_CHALLENGE, right(profiles.CHALLENGE), accept)
REFUSE = Step(Verb.REFUSE_CHALLENGE, right(profiles.CHALLENGE), refuse, cancel.send)
