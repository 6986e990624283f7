"""Asking the bank about operations without an answer until one is certain (trust.md "Faults to survive").

The table is the truth: due operations are found by query, taken under a lease, inquired without a database
connection, and settled under the transaction's lock after looking again.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from flask import current_app
from sqlalchemy import select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from app.alarms import STAYS_UNCERTAIN, UNEXPLAINED_DIFFERENCE, raise_alarm
from app.database import NOTHING, Scope, now, real_now, unit_of_work
from app.domain.actor import machine
from app.domain.states import OPEN_STATUSES, Event, OperationName, OperationStatus, State
from app.domain.text import N_
from app.failpoints import fail_point
from app.models import Operation, Transaction
from app.ports import BankView, GatewayResult, Outcome

from .account_access import gateway_for
from .accounts import GatewayAccount
from .cases import Case, open_case
from .conclusion import Conclusion, Finding, conclude, waited_enough
from .ledger import GRACE, OLD_ENOUGH, enter, finish
from .overtaken import reject_overtaken
from .resolved import cancel_asked, cancelled_by_a_person
from .settle import settle, unknown

log = structlog.get_logger(__name__)
# After 5, 15, 30 s, 1, 5, 30 min, then hourly, counted from the end of the call.
STEPS = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 30, 60, 300, 1800))
HOURLY = timedelta(hours=1)
LEASE = timedelta(seconds=30)
ALL = datetime(9999, 1, 1, tzinfo=UTC)  # as "due by": everything open
MOST = 100_000
ASK_WITHIN = 15.0  # seconds one inquiry may take
_DUE = text("SELECT id, merchant_id FROM due_inquiries(:at, :most)")


@dataclass(frozen=True, slots=True)
class Question:
    """An operation to ask the bank about, read in one unit and answered in another."""

    merchant_id: int
    transaction_id: int
    operation_id: int
    reference: str
    account: GatewayAccount


def resolve_due(most: int = 50, at: datetime | None = None) -> int:
    """Inquire about what is due and settle what is certain; returns how many operations were asked about."""
    return _resolve_each(_due(at or real_now(), most), at)


def _due(at: datetime, most: int) -> list[tuple[int, int]]:
    with unit_of_work(NOTHING) as session:
        return [(row[0], row[1]) for row in session.execute(_DUE, {"at": at, "most": most})]


def _calling(operation: Operation) -> bool:
    """Return whether the runner may still be waiting for the answer."""
    if operation.status != OperationStatus.SENT or operation.ended_at is not None:
        return False
    return operation.deadline is not None and operation.deadline + GRACE > real_now()


@dataclass(frozen=True, slots=True)
class Open:
    """How many operations are without a certain outcome: `under_way` may still be answered, `uncertain` may not."""

    under_way: int
    uncertain: int


def open_operations() -> Open:
    """Count what is SENT or UNKNOWN, over all merchants."""
    under_way = uncertain = 0
    for operation_id, merchant_id in _due(ALL, MOST):
        with unit_of_work(Scope((merchant_id,))) as session:
            operation = session.get(Operation, operation_id)
            if operation is not None and operation.status in OPEN_STATUSES:
                calling = _calling(operation)
                under_way, uncertain = under_way + calling, uncertain + (not calling)
    return Open(under_way, uncertain)


def resolve_open() -> int:
    """Inquire about everything open now, whatever its schedule, but for calls still inside their deadline.

    What the bank does not know is asked about a second time, since one such answer is never final.
    """
    return sum(_resolve_each(_due(ALL, MOST), ALL) for _ in range(2))


def _resolve_each(due: list[tuple[int, int]], at: datetime | None) -> int:
    """Inquire about one after the other; one that cannot be settled holds up no other, its lease makes it wait."""
    asked = 0
    for operation_id, merchant_id in due:
        try:
            asked += resolve_one(merchant_id, operation_id, at)
        except OperationalError:
            raise  # the database is away: nothing else can be settled either
        except Exception as error:
            log.error("resolution_failed", operation=operation_id, error=type(error).__name__, exc_info=error)
    return asked


def resolve_one(merchant_id: int, operation_id: int, at: datetime | None = None) -> int:
    """Inquire about one operation, unless another worker has it; returns 1 when the bank was asked."""
    with unit_of_work(Scope((merchant_id,))) as session:
        question = _take(session, operation_id, at or real_now())
    if question is None:
        return 0
    fail_point("resolution.after_lease")
    view = ask(question.account, question.reference)
    fail_point("resolution.after_inquiry")
    with unit_of_work(Scope((merchant_id,))) as session:
        case = open_case(session, machine(merchant_id), question.transaction_id)
        operation = next(each for each in case.operations if each.id == operation_id)
        if operation.status in OPEN_STATUSES:
            apply(case, operation, view)
            reject_overtaken(case)
    return 1


def ask(account: GatewayAccount, reference: str) -> BankView:
    """Inquire; whatever goes wrong is no answer."""
    try:
        return gateway_for(account).inquire(reference, time.monotonic() + ASK_WITHIN)
    except Exception as error:  # noqa: BLE001 - no answer is an answer we know what to do with
        log.warning("inquiry_exception", error=type(error).__name__)
        return BankView(found=None)


def apply(case: Case, operation: Operation, view: BankView) -> None:
    """Settle an open operation by what the bank says of it, or say when to ask again."""
    unknown(operation)
    sale = case.transaction
    finding = conclude(sale, operation, view)
    operation.inquiries += 1
    ended = operation.ended_at or operation.deadline or operation.sent_at or real_now()
    operation.next_inquiry_at = real_now() + _pause(real_now() - ended)
    if finding.conclusion in (Conclusion.NOT_FOUND, Conclusion.NOT_DONE):
        _nothing_there(case, operation, finding, real_now() - ended)
    elif finding.conclusion == Conclusion.DIFFERENT:
        _different(case, operation, view)
    elif finding.conclusion == Conclusion.RELEASED and finding.result is not None:
        _already_released(case, operation, finding.result)
    elif finding.conclusion == Conclusion.SETTLED and finding.result is not None:
        settle(case, operation, finding.result)
    _remember(operation, view)
    if operation.status in OPEN_STATUSES and now() - operation.created_at >= OLD_ENOUGH:
        _uncertain_for_long(case, operation)


def _take(session: Session, operation_id: int, at: datetime) -> Question | None:
    operation = session.scalar(select(Operation).where(Operation.id == operation_id).with_for_update(skip_locked=True))
    if operation is None or operation.status not in OPEN_STATUSES:
        return None
    if operation.next_inquiry_at is None or operation.next_inquiry_at > at:
        return None
    if _calling(operation):
        return None
    operation.next_inquiry_at = real_now() + LEASE
    sale = session.get_one(Transaction, operation.transaction_id)
    account = session.get(GatewayAccount, sale.gateway_account_id or 0)
    if account is None:
        return None
    return Question(sale.merchant_id, sale.id, operation.id, sale.reference, account)


def _pause(elapsed: timedelta) -> timedelta:
    for step in STEPS:
        if elapsed < step:
            return step - elapsed
    return HOURLY


def _nothing_there(case: Case, operation: Operation, finding: Finding, elapsed: timedelta) -> None:
    """The platform writes asynchronously: the first "nothing there" is not final, nor is one too soon."""
    after: int = current_app.extensions["settings"].not_found_after
    believed = waited_enough(operation, elapsed, after)
    operation.not_found_count += 1
    if not believed:
        soonest = real_now() + max(timedelta(seconds=after) - elapsed, STEPS[0])
        operation.next_inquiry_at = min(operation.next_inquiry_at or soonest, soonest)
        return
    sale = case.transaction
    if operation.name in (OperationName.TRANSACTION, OperationName.DUPLICATE):
        if finding.conclusion == Conclusion.NOT_FOUND:
            sale.response_code, sale.not_received_at, sale.answered_at = "97", now(), now()
            enter(case.session, sale, operation, Event.NOT_RECEIVED, case.actor)
            finish(sale, operation, OperationStatus.FAILED, GatewayResult(Outcome.FAILED, response_code="97"))
        return
    settle(case, operation, GatewayResult(Outcome.FAILED, reason="the bank shows nothing of it"))


def _already_released(case: Case, operation: Operation, result: GatewayResult) -> None:
    sale = case.transaction
    if sale.state not in (State.PENDING, State.REFERRAL):
        return
    if result.new_status == State.CANCELLED and cancel_asked(operation):
        cancelled_by_a_person(case, operation, result)
        return
    sale.amount, sale.bank_amount, sale.bank_status = 0, 0, result.new_status
    sale.answered_at = now()
    event = Event.CANCELLED if result.new_status == "CANCELLED" else Event.EXPIRED
    enter(case.session, sale, operation, event, case.actor)
    finish(sale, operation, OperationStatus.DONE, result)


def _different(case: Case, operation: Operation, view: BankView) -> None:
    """A difference no operation of ours explains: one alarm, then hourly inquiries until a person has looked."""
    operation.next_inquiry_at = real_now() + HOURLY
    if (operation.evidence or {}).get("different"):
        return
    seen = {"status": view.status, "amount": view.amount, "captured": view.captured_amount}
    operation.evidence = {**(operation.evidence or {}), "different": {**seen, "refunded": view.refunded_amount}}
    sale = case.transaction
    message = N_("The bank's amounts of %(reference)s do not fit any operation of ours (%(operation)s is open).")
    params = {"reference": sale.reference, "operation": operation.name}
    raise_alarm(case.session, sale.merchant_id, UNEXPLAINED_DIFFERENCE, message, params, sale.id)


def _uncertain_for_long(case: Case, operation: Operation) -> None:
    """Tell the merchant's people, once, that this takes persons."""
    if (operation.evidence or {}).get("told"):
        return
    operation.evidence = {**(operation.evidence or {}), "told": True}
    sale = case.transaction
    message = N_("%(operation)s of %(reference)s has had no certain outcome for 24 hours.")
    params = {"reference": sale.reference, "operation": operation.name}
    raise_alarm(case.session, sale.merchant_id, STAYS_UNCERTAIN, message, params, sale.id)


def _remember(operation: Operation, view: BankView) -> None:
    """Keep what the bank said last as evidence while the operation is open."""
    if operation.status in OPEN_STATUSES and view.found is not None:
        seen = {"found": view.found, "status": view.status, "at": real_now().isoformat()}
        operation.evidence = {**(operation.evidence or {}), "inquiry": seen}
