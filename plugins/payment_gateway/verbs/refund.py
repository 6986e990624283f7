"""CREDIT whole or part, several times, never more than was captured; it reserves its amount until it is final."""

from __future__ import annotations

from contextlib import ExitStack

from sqlalchemy import select

from app.database import now
from app.domain.errors import UnpaidWarning
from app.domain.states import OperationName, OperationStatus
from app.domain.verbs import Verb
from app.models import Operation, Unpaid
from app.ports import ActionRequest, AmountRequest
from app.security import profiles

from ..blackouts import opens_at
from ..cases import Case
from ..ledger import mark_sent, wait
from ..remittance.lines import join
from ..runner import Intent, intent_for, slot
from .base import Step, account_of, amount_of, ask, demand_capability, demand_state, right

LOST_TWICE = ("NOTIFIED", "CONTESTED", "LOST", "ACCEPTED")


def begin(case: Case, request: ActionRequest, held: ExitStack) -> Intent | Operation:
    """Refund `request.amount` (None: all that is left); during the blackout it waits, reserved."""
    sale = case.transaction
    demand_state(case, Verb.REFUND)
    _demand_unpaid_confirmed(case, request)
    account = account_of(case)
    demand_capability(case, account, "refund")
    amount = amount_of(case, request, Verb.REFUND, sale.refundable_amount)
    operation = ask(case, Verb.REFUND, OperationName.CREDIT, amount, request)
    sale.reserved_amount += amount
    return operation if operation.status == OperationStatus.REQUESTED else send(case, operation, held)


def send(case: Case, operation: Operation, held: ExitStack) -> Intent | Operation:
    """Send a refund already reserved, or let it wait until the bank takes it again."""
    sale = case.transaction
    account = account_of(case)
    opens = opens_at(account, now())
    if opens is not None:
        wait(operation, opens)
        return operation
    origin = join(case.session, sale, operation, now())
    mark_sent(sale, operation)
    held.enter_context(slot())
    request = AmountRequest(sale.reference, operation.amount, sale.currency, origin)
    return intent_for(case, operation, account, "refund", request)


def _demand_unpaid_confirmed(case: Case, request: ActionRequest) -> None:
    if "unpaid" in request.confirm:
        return
    sale = case.transaction
    unpaid = select(Unpaid.id).where(
        Unpaid.merchant_id == sale.merchant_id, Unpaid.transaction_id == sale.id, Unpaid.stage.in_(LOST_TWICE)
    )
    if case.session.scalar(unpaid.limit(1)) is not None:
        raise UnpaidWarning()


STEP = Step(Verb.REFUND, right(profiles.REFUND), begin, send)
