"""The order desk: where screens, API and jobs ask for something to be done with a transaction."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import replace
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.database import release_request_connection, unit_of_work
from app.domain.actor import Actor
from app.domain.errors import NotAllowedInState, NotFound, NotPermitted, OperationInFlight
from app.domain.states import OPEN_STATUSES, OperationName, OperationStatus
from app.domain.text import N_
from app.domain.verbs import STATES, Verb
from app.models import Operation, Transaction
from app.ports import ActionRequest, Answer, NewOrder
from app.security import profiles

from . import terminal
from .allowed import allowed
from .answers import answer
from .cases import Case, open_case
from .immediate import capture_immediate
from .ledger import owed, under_way
from .overtaken import reject_overtaken
from .resolution import ALL, resolve_one
from .runner import Intent, demand_open, perform, slot
from .submissions import DECIDE, bind, claim
from .verbs import amend, cancel, capture, challenge, duplicate, force, plan, refund, resolve, validate, withdraw
from .verbs.base import TERMINAL, Step, account_of

STEPS: Mapping[str, Step] = MappingProxyType(
    {
        step.verb: step
        for step in (
            cancel.STEP,
            refund.STEP,
            validate.STEP,
            capture.STEP,
            amend.STEP,
            duplicate.STEP,
            challenge.ACCEPT,
            challenge.REFUSE,
            force.STEP,
            withdraw.STEP,
            plan.MOVE,
            plan.HOLD,
            plan.RELEASE,
            resolve.STEP,
        )
    }
)
DECIDED = N_("This does not wait for a second person any more: it is %(state)s.")
AUTHORISING = (Verb.FORCE, Verb.DUPLICATE)  # an IMMEDIATE sale is captured as soon as they are approved
BY_OPERATION: Mapping[str, Step] = MappingProxyType(
    {
        OperationName.CANCEL: cancel.STEP,
        OperationName.EXPIRED: cancel.STEP,
        OperationName.REFUSE_CHALLENGE: challenge.REFUSE,
        OperationName.CREDIT: refund.STEP,
        OperationName.CAPTURE: capture.STEP,
        OperationName.VALIDATE: validate.STEP,
    }
)


class Desk:
    """The OrderDesk of app.ports."""

    def take(self, actor: Actor, order: NewOrder, key: str) -> Answer:
        """Take an order once per (merchant, key)."""
        return terminal.take(actor, order, key)

    def act(self, actor: Actor, reference: str, verb: str, request: ActionRequest, key: str) -> Answer:
        """Do `verb` once per (merchant, key); raises NotFound for an unknown verb or reference."""
        step = STEPS.get(verb)
        if step is None:
            raise NotFound()

        def begin(session: Session, held: ExitStack) -> Intent | Answer:
            sale = _find(session, reference)
            step.demand(actor, sale)
            canonical = {"reference": reference, "request": request.canonical()}
            earlier = claim(session, sale.merchant_id, key, verb, lambda _version: canonical).earlier
            if earlier is not None:
                return terminal.replay(session, actor, earlier)
            case = open_case(session, actor, sale.id, key)
            return _answered(case, step.begin(case, request, held))

        done = perform(actor, begin)
        if verb in AUTHORISING and done.status in (200, 201) and not done.replayed:
            capture_immediate(actor, done.transaction_id)
        # A resolution settles the authorisation itself, yet is a verb: 200, where the order would be 201.
        return replace(done, status=200) if verb == Verb.RESOLVE and done.status == 201 else done

    def demand(self, actor: Actor, reference: str, verb: str) -> None:
        """Raise what `act` would before it looks at the request's fields: merchant (404), rights (403), state (409)."""
        step = STEPS.get(verb)
        if step is None:
            raise NotFound()
        with unit_of_work(actor) as session:
            sale = _find(session, reference)
            step.demand(actor, sale)
            alongside = step.verb in (Verb.AMEND, Verb.WITHDRAW, Verb.RESOLVE)  # possible while another is under way
            if not alongside and any(under_way(operation) for operation in sale.operations):
                raise OperationInFlight()
            if sale.state not in STATES[step.verb]:
                raise NotAllowedInState(state=sale.state)
            if sale.channel == "TERMINAL" and step.verb != Verb.AMEND:
                raise NotAllowedInState(TERMINAL, state=sale.state)

    def decide(self, actor: Actor, operation_id: int, approve: bool, note: str | None, key: str) -> Answer:
        """Approve or reject a REQUESTED operation; never by the person who asked, nor without the verb's own right."""
        from .verbs.withdraw import withdraw

        def begin(session: Session, held: ExitStack) -> Intent | Answer:
            asked = session.scalar(select(Operation).where(Operation.id == operation_id))
            if asked is None:
                raise NotFound()
            sale = session.get_one(Transaction, asked.transaction_id)
            actor.demand(profiles.APPROVE)
            canonical = {"operation": operation_id, "approve": approve, "note": note}
            earlier = claim(session, asked.merchant_id, key, DECIDE, lambda _version: canonical).earlier
            if earlier is not None:
                return terminal.replay(session, actor, earlier)
            case = open_case(session, actor, sale.id, key)
            operation = next(each for each in case.operations if each.id == operation_id)
            if operation.requested_by_id == actor.id:
                raise NotPermitted(right=profiles.APPROVE)
            if approve and operation.name in BY_OPERATION:
                BY_OPERATION[operation.name].demand(actor, sale)
            if operation.status != OperationStatus.REQUESTED:
                raise NotAllowedInState(DECIDED, state=operation.status)
            operation.approved_by_id, operation.approved_by = actor.id, actor.name
            if not approve:
                withdraw(case, operation, OperationStatus.REJECTED, note)
                return _answered(case, operation)
            return _answered(case, resend(case, operation, held))

        return perform(actor, begin)

    def inquire(self, actor: Actor, operation_id: int) -> Answer:
        """Ask the bank now about an operation without a certain outcome; one settled meanwhile is answered as it is.

        Raises OperationInFlight while it is being sent, or asked about by somebody else.
        """
        release_request_connection()
        done, merchant_id = _as_it_stands(actor, operation_id)
        if done is not None:
            return done
        with slot():
            asked = resolve_one(merchant_id, operation_id, ALL)
        done, _ = _as_it_stands(actor, operation_id, still_open=bool(asked))
        if done is None:
            raise OperationInFlight()
        return done

    def allowed(self, actor: Actor, transaction: Transaction) -> list[str]:
        """Return the verbs possible now for this actor; needs `operations` and `merchant` loaded."""
        return allowed(actor, transaction, STEPS)


def resend(case: Case, operation: Operation, held: ExitStack) -> Intent | Operation:
    """Send an operation that was REQUESTED or WAITING, if the transaction still allows it.

    In the blackout a refund waits on; anything else that needs the bank is NotSent and stays as it is.
    """
    step = BY_OPERATION[operation.name]
    case.demand_nothing_in_flight(operation)
    if step.send is None:
        raise NotAllowedInState(state=case.transaction.state)
    demand_still_possible(case, operation, step.verb)
    if operation.name not in (OperationName.CREDIT, OperationName.VALIDATE):
        demand_open(account_of(case))
    return step.send(case, operation, held)


def demand_still_possible(case: Case, operation: Operation, verb: Verb) -> None:
    """Raise NotAllowedInState when what was asked no longer fits the transaction; releases of the machine always do."""
    sale = case.transaction
    if owed(operation):
        return
    if sale.state not in STATES[verb] or (operation.name != OperationName.CREDIT and operation.amount > sale.amount):
        raise NotAllowedInState(state=sale.state)


def _as_it_stands(actor: Actor, operation_id: int, *, still_open: bool = False) -> tuple[Answer | None, int]:
    """The answer for an operation, None while its outcome is open (unless `still_open`), and its merchant."""
    with unit_of_work(actor) as session:
        operation = session.scalar(select(Operation).where(Operation.id == operation_id))
        if operation is None:
            raise NotFound()
        actor.demand(profiles.RESOLVE)
        if operation.status in OPEN_STATUSES and not still_open:
            return None, operation.merchant_id
        return answer(session.get_one(Transaction, operation.transaction_id), operation), operation.merchant_id


def _find(session: Session, reference: str) -> Transaction:
    sale = session.scalar(select(Transaction).where(Transaction.reference == reference))
    if sale is None:
        raise NotFound()
    return sale


def _answered(case: Case, outcome: Intent | Answer | Operation | None) -> Intent | Answer:
    sale = case.transaction
    reject_overtaken(case)
    done = outcome if isinstance(outcome, Intent | Answer) else answer(sale, outcome)
    if case.key is not None:
        bind(case.session, sale.merchant_id, case.key, done.transaction_id, done.operation_id)
    return done
