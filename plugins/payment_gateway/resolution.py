"""Asking the bank about operations without an answer until one is certain (trust.md "Faults to survive").

The table is the truth: due operations are found by query, taken under a lease, inquired without a database
connection, and settled under the transaction's lock after looking again.
"""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from app.database import NOTHING, Scope, is_away, real_now, unit_of_work
from app.domain.actor import machine
from app.domain.states import OPEN_STATUSES, OperationStatus
from app.failpoints import fail_point
from app.models import Operation, Transaction
from app.ports import BankView

from .account_access import gateway_for
from .accounts import GatewayAccount
from .cases import open_case
from .inquiries import apply
from .ledger import GRACE
from .overtaken import reject_overtaken
from .turns import DueItem, Turns

log = structlog.get_logger(__name__)
LEASE = timedelta(seconds=30)
ALL = datetime(9999, 1, 1, tzinfo=UTC)  # as "due by": everything open
MOST = 100_000
ASK_WITHIN = 15.0  # seconds one inquiry may take
_DUE = text("SELECT id, merchant_id FROM due_inquiries(:at, :most)")
_turns = Turns()


@dataclass(frozen=True, slots=True)
class Question:
    """An operation to ask the bank about, read in one unit and answered in another."""

    merchant_id: int
    transaction_id: int
    operation_id: int
    reference: str
    account: GatewayAccount


def resolve_due(most: int = 50, at: datetime | None = None) -> int:
    """Inquire about what is due and settle what is certain; returns how many operations were asked about.

    One that cannot be settled holds up no other, nor does one merchant's bank that hangs: they go behind all others.
    """
    asked = 0

    def one(merchant_id: int, operation_id: int) -> None:
        nonlocal asked
        asked += resolve_one(merchant_id, operation_id, at)

    _turns.serve(lambda limit: _due(at or real_now(), limit), most, one, _log)
    return asked


def resolve_due_of(merchants: Collection[int]) -> int:
    """Inquire once about what is due of these merchants; returns how many operations were asked about."""
    asked = 0

    def one(merchant_id: int, operation_id: int) -> None:
        nonlocal asked
        asked += resolve_one(merchant_id, operation_id)

    def find(most: int) -> list[DueItem]:
        return [each for each in _due(real_now(), MOST) if each.merchant_id in merchants][:most]

    Turns().serve(find, MOST, one, _log)
    return asked


def _due(at: datetime, most: int) -> list[DueItem]:
    with unit_of_work(NOTHING) as session:
        return [DueItem(row[0], row[1]) for row in session.execute(_DUE, {"at": at, "most": most})]


def _log(item: DueItem, error: Exception) -> None:
    log.error("resolution_failed", operation=item.id, error=type(error).__name__, exc_info=error)


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


def _resolve_each(due: list[DueItem], at: datetime | None) -> int:
    """Inquire about one after the other; one that cannot be settled holds up no other."""
    asked = 0
    for item in due:
        try:
            asked += resolve_one(item.merchant_id, item.id, at)
        except Exception as error:
            if is_away(error):
                raise  # nothing else can be settled either
            _log(item, error)
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
