"""The runner for several transactions of one merchant at once: one unit before the calls, one after them.

Half the price of an operation is its own two commits and its own statements; the evening's captures share them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import structlog
from flask import Flask, current_app
from sqlalchemy.orm import Session

from app.database import Scope, is_away, real_now, release_request_connection, unit_of_work
from app.domain.actor import Actor
from app.domain.states import OperationStatus
from app.failpoints import fail_point
from app.ports import Answer, GatewayResult

from .answers import answer
from .cases import open_cases
from .overtaken import reject_overtaken
from .rows import gathered
from .runner import Intent, call, conclude

log = structlog.get_logger(__name__)
Begin = Callable[[Session, ExitStack], Sequence[Intent]]
Ended = Callable[[], Answer]  # raises what kept the result from being written: the operation stays SENT and is inquired


def perform_together(actor: Actor, begin: Begin) -> dict[int, Ended]:
    """Do one operation on each of several transactions; returns how each ended, by its transaction.

    As with one, every call begins when unit 1 is committed, so its deadline holds: `begin` returns no more intents than
    it took slots in the ExitStack. Raises what `begin` raises; nothing was sent then.
    """
    release_request_connection()
    with ExitStack() as held:
        with unit_of_work(actor) as session:
            intents = begin(session, held)
            fail_point("runner.before_intent")
        fail_point("runner.after_intent")
        results = _call(intents)
    fail_point("runner.after_call")
    return _conclude(actor, list(zip(intents, results, strict=True)))


def _call(intents: Sequence[Intent]) -> list[GatewayResult]:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # werkzeug's proxy

    def one(intent: Intent) -> GatewayResult:
        with app.app_context():
            return call(intent)

    with ThreadPoolExecutor(max(1, len(intents)), thread_name_prefix="gateway") as pool:
        return list(pool.map(one, intents))


def _conclude(actor: Actor, called: Sequence[tuple[Intent, GatewayResult]]) -> dict[int, Ended]:
    """Write all results in one unit; what somebody settled meanwhile, or all if that fails, in a unit of its own."""
    together: dict[int, Answer] = {}
    if called:
        try:
            together = _conclude_together(actor, called)
        except Exception as error:
            if is_away(error):
                raise  # no unit of one's own would fare better
            log.warning("not_concluded_together", error=type(error).__name__, exc_info=error)
    return {
        intent.transaction_id: _known(together[intent.transaction_id])
        if intent.transaction_id in together
        else _later(actor, intent, result)
        for intent, result in called
    }


def _known(done: Answer) -> Ended:
    return lambda: done


def _later(actor: Actor, intent: Intent, result: GatewayResult) -> Ended:
    return lambda: conclude(actor, intent, result)


def _conclude_together(actor: Actor, called: Sequence[tuple[Intent, GatewayResult]]) -> dict[int, Answer]:
    done = []
    with unit_of_work(Scope((called[0][0].merchant_id,))) as session:
        opened = open_cases(session, actor, [intent.transaction_id for intent, _ in called])
        cases = {case.transaction.id: case for case in opened}
        with gathered(session):
            for intent, result in called:
                case = cases[intent.transaction_id]
                operation = next(each for each in case.operations if each.id == intent.operation_id)
                if operation.status != OperationStatus.SENT or operation.deadline != intent.deadline:
                    continue
                operation.ended_at = operation.ended_at or real_now()
                intent.settle(case, operation, result)
                reject_overtaken(case)
                done.append((case.transaction, operation))
        fail_point("runner.before_result")
    fail_point("runner.after_result")
    return {sale.id: answer(sale, operation) for sale, operation in done}
