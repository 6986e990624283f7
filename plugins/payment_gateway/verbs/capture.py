"""CAPTURE now, before the evening's remittance: the bank's `validate` of the current amount."""

from __future__ import annotations

from contextlib import ExitStack

from app.database import now
from app.domain.errors import InvalidInput
from app.domain.states import OperationName, OperationStatus
from app.domain.text import N_
from app.domain.verbs import Verb
from app.models import Operation
from app.ports import ActionRequest, AmountRequest
from app.security import profiles

from ..cases import Case
from ..ledger import mark_sent
from ..remittance.lines import join
from ..runner import Intent, demand_open, intent_for, slot
from .base import Step, account_of, ask, demand_capability, demand_not_lapsed, demand_state, right


def begin(case: Case, request: ActionRequest, held: ExitStack) -> Intent | Operation:
    """Capture the whole current amount; a part is validated first, not captured."""
    sale = case.transaction
    demand_state(case, Verb.CAPTURE)
    demand_not_lapsed(case)
    account = account_of(case)
    demand_capability(case, account, "capture")
    demand_open(account)
    if request.amount is not None:
        text = N_("A capture takes the whole amount; cancel the part that is not wanted first.")
        raise InvalidInput.of("amount", "amount_not_taken", text)
    operation = ask(case, Verb.CAPTURE, OperationName.CAPTURE, sale.amount, request)
    return operation if operation.status == OperationStatus.REQUESTED else send(case, operation, held)


def send(case: Case, operation: Operation, held: ExitStack) -> Intent | Operation:
    """Send a capture as a line of the contract's open remittance, also one approved only now."""
    demand_not_lapsed(case)
    origin = join(case.session, case.transaction, operation, now())
    held.enter_context(slot())
    return intend(case, operation, origin)


def intend(case: Case, operation: Operation, origin: str) -> Intent:
    """Make a capture of the whole current amount SENT, that has its place in a remittance (`origin` names it to the bank)
    and a slot among the calls."""
    sale = case.transaction
    operation.amount = sale.amount
    mark_sent(sale, operation)
    request = AmountRequest(sale.reference, sale.amount, sale.currency, origin)
    return intent_for(case, operation, account_of(case), "capture", request)


STEP = Step(Verb.CAPTURE, right(profiles.CAPTURE), begin, send)
