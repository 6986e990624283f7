"""The heart: every call of a gateway goes through here, once, between two units of work.

1. unit 1 (`begin`): the caller locks, checks, writes Operation(SENT) and returns an Intent; commit.
2. no database connection is held: the gateway is called under one total deadline.
3. unit 2: lock, look again, settle; commit. A crash between 1 and 3 leaves SENT, which `resolution` settles.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from sqlalchemy.orm import Session

from app.database import Scope, now, real_now, release_request_connection, unit_of_work
from app.domain.actor import Actor
from app.domain.errors import NotSent, OperationInFlight
from app.domain.states import OPEN_STATUSES
from app.domain.text import N_
from app.failpoints import fail_point
from app.models import Operation
from app.ports import Answer, Gateway, GatewayResult, Outcome

from .account_access import gateway_for
from .accounts import GatewayAccount
from .answers import ORDERS, answer
from .blackouts import opens_at
from .cases import Case, open_case, open_order
from .late import contradiction
from .overtaken import reject_overtaken
from .rows import one_statement, update_row
from .settle import settle
from .written import Written

log = structlog.get_logger(__name__)
FIRST = ("authorize", "duplicate")  # the verbs whose operation is the first of its transaction
MOST_CALLS = 6  # in flight per web worker; above that nothing is sent and nothing is written
Settle = Callable[[Case, Operation, GatewayResult], None]
_calls = threading.BoundedSemaphore(MOST_CALLS)


@dataclass(frozen=True, slots=True)
class Intent:
    """What unit 1 committed: the operation is SENT, `request` goes to `verb` of the account's gateway.

    `settle` writes the answer in unit 2.
    """

    merchant_id: int
    transaction_id: int
    operation_id: int
    account: GatewayAccount
    verb: str
    request: Any
    deadline: datetime  # real time, the operation's own: afterwards it is inquired about, so nothing is sent any more
    settle: Settle = settle
    written: Written | None = None  # an order as unit 1 wrote it; unit 2 need not read again what nobody touched


Begin = Callable[[Session, ExitStack], Intent | Answer]


@contextmanager
def slot() -> Iterator[None]:
    """Hold one of the worker's calls; raises NotSent when all are in flight."""
    if not _calls.acquire(blocking=False):
        raise NotSent(why=N_("Too many calls to the bank are under way."))
    try:
        yield
    finally:
        _calls.release()


def demand_open(account: GatewayAccount) -> None:
    """Raise NotSent during the hours in which the gateway takes no cash operation."""
    at = opens_at(account, now())
    if at is not None:
        raise NotSent(why=N_("The bank takes no such operation until %(opens_at)s."), opens_at=at.isoformat())


def perform(actor: Actor, begin: Begin) -> Answer:
    """Do one operation: `begin` in unit 1, the call, unit 2. What `begin` answers by itself needs no bank.

    `begin` gets the ExitStack in which it takes its `slot()` last, when everything else is checked.
    """
    release_request_connection()
    with ExitStack() as held:
        with unit_of_work(actor) as session:
            intent = begin(session, held)
            fail_point("runner.before_intent")
        fail_point("runner.after_intent")
        if isinstance(intent, Answer):
            return intent
        result = call(intent)
    fail_point("runner.after_call")
    return conclude(actor, intent, result)


def call(intent: Intent) -> GatewayResult:
    """Call the gateway; any exception of an adapter is UNKNOWN, for only the adapter may claim that nothing happened.

    Whoever stood still until the operation's deadline calls nobody: others may have concluded already that nothing was
    done, and what arrived at the bank after that would be done behind their back.
    """
    left = (intent.deadline - real_now()).total_seconds()
    if left <= 0:
        return GatewayResult(Outcome.FAILED, reason="its time was over before it was sent")
    deadline = time.monotonic() + left
    try:
        gateway = gateway_for(intent.account)
        result: GatewayResult = getattr(gateway, intent.verb)(intent.request, deadline)
    except Exception as error:  # noqa: BLE001 - whatever it was, we do not know what the bank did
        log.warning("gateway_exception", verb=intent.verb, error=type(error).__name__)
        return GatewayResult(Outcome.UNKNOWN, reason=type(error).__name__)
    return result


def conclude(actor: Actor, intent: Intent, result: GatewayResult) -> Answer:
    """Write the result in unit 2, under the lock, unless someone settled the operation meanwhile.

    When the lock cannot be had in time the operation stays SENT, to be inquired about, and is answered as under way: an
    OperationInFlight from here would say that nothing was written.
    """
    try:
        return _conclude(actor, intent, result)
    except OperationInFlight:
        log.warning("not_concluded", operation=intent.operation_id, outcome=str(result.outcome))
        return Answer(intent.transaction_id, intent.request.reference, 202, operation_id=intent.operation_id)


def _conclude(actor: Actor, intent: Intent, result: GatewayResult) -> Answer:
    scope = Scope((intent.merchant_id,))
    with unit_of_work(scope) as session:
        if intent.verb in FIRST:
            case = open_order(session, actor, intent.transaction_id, intent.operation_id, intent.written)
        else:
            case = open_case(session, actor, intent.transaction_id)
        operation = next(each for each in case.operations if each.id == intent.operation_id)
        with one_statement(session):
            if operation.deadline == intent.deadline or operation.status not in OPEN_STATUSES:
                operation.ended_at = operation.ended_at or real_now()
                intent.settle(case, operation, result)
            elif result.outcome == Outcome.APPROVED:  # given up, waited, sent again meanwhile: that one is under way
                contradiction(case, operation, result.outcome)
            reject_overtaken(case)
            if intent.verb in FIRST:
                update_row(session, operation)
                update_row(session, case.transaction)
        fail_point("runner.before_result")
    fail_point("runner.after_result")
    taken = operation.name in ORDERS and len(case.operations) == 1
    return answer(case.transaction, operation, operations=case.operations if taken else None)


def gateway_of(case: Case, account: GatewayAccount) -> Gateway:
    """Return the gateway whose capabilities guard the case."""
    gateway: Gateway = gateway_for(account)
    return gateway


def intent_for(
    case: Case, operation: Operation, account: GatewayAccount, verb: str, request: Any, writes: Settle = settle
) -> Intent:
    """Return the intent of an operation just made SENT."""
    assert operation.deadline is not None  # noqa: S101 - what is sent has one
    sale = case.transaction
    return Intent(sale.merchant_id, sale.id, operation.id, account, verb, request, operation.deadline, writes)
