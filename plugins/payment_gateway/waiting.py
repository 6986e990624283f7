"""Sending what waited: refunds the bank could not take, and releases the machine owes (late approvals, lapsed sales)."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import text
from sqlalchemy.orm import Session

from app.alarms import NOT_DONE, raise_alarm
from app.database import NOTHING, Scope, is_away, now, unit_of_work
from app.domain.actor import machine
from app.domain.errors import DomainError, OperationInFlight
from app.domain.states import OperationName, OperationStatus
from app.domain.text import N_
from app.models import Operation, Transaction
from app.ports import Answer

from .answers import answer
from .cases import open_case
from .desk import resend
from .runner import Intent, perform
from .settle import TRY_AGAIN
from .turns import SLOW_MOST, DueItem, Turns

log = structlog.get_logger(__name__)
ALL = datetime(9999, 1, 1, tzinfo=UTC)  # as "due by": everything that waits
MOST = 100_000
MOST_TRIES, TRY_AGAIN_AFTER_MOST = 3, timedelta(hours=1)
STUCK = N_(
    "What waits for the bank on %(reference)s could not be sent after %(tries)s tries (%(why)s); it is tried again every hour."
)
_turns = Turns()
_DUE = text("SELECT id, merchant_id FROM due_waiting(:at, :most)")


class _Busy(Exception):
    """Another unit holds the sale's lock at this moment."""


def send_due(most: int = 50, slow_most: float = SLOW_MOST) -> int:
    """Send the WAITING operations whose time has come; returns how many were taken.

    One that cannot be sent holds up no other, nor does one merchant's bank that hangs: they go behind all others, a
    merchant's from its slow one number `slow_most` on.
    """

    def told(item: DueItem, error: Exception) -> None:
        _failed(item.merchant_id, item.id, error)

    return _turns.serve(lambda limit: _due(now(), limit), most, send_one, told, slow_most)


def _due(at: datetime, most: int) -> list[DueItem]:
    with unit_of_work(NOTHING) as session:
        return [DueItem(row[0], row[1]) for row in session.execute(_DUE, {"at": at, "most": most})]


def send_all(name: OperationName) -> int:
    """Send every WAITING operation of this name, whether its time has come or not; returns how many were looked at.

    One that cannot be sent holds up no other.
    """
    looked_at = 0
    for operation_id, merchant_id in _due(ALL, MOST):
        try:
            with unit_of_work(Scope((merchant_id,))) as session:
                operation = session.get(Operation, operation_id)
            if operation is None or operation.name != name:
                continue
            looked_at += 1
            send_one(merchant_id, operation_id, at=ALL)
        except Exception as error:
            if is_away(error):
                raise
            _note(merchant_id, operation_id, error)
    return looked_at


def _note(merchant_id: int, operation_id: int, error: Exception) -> None:
    try:
        _failed(merchant_id, operation_id, error)
    except Exception as worse:  # it waits as before
        if is_away(worse):
            raise
        log.error("failure_not_told", operation=operation_id, error=type(worse).__name__, exc_info=worse)


def send_one(merchant_id: int, operation_id: int, at: datetime | None = None) -> None:
    """Send one WAITING operation due by `at` (None: now), unless another worker has it or it is not possible now (then in
    five minutes)."""
    actor = machine(merchant_id)

    def begin(session: Session, held: ExitStack) -> Intent | Answer:
        transaction_id = session.get_one(Operation, operation_id).transaction_id
        try:
            case = open_case(session, actor, transaction_id, skip_locked=True)
        except OperationInFlight:
            raise _Busy from None
        operation = next(each for each in case.operations if each.id == operation_id)
        if operation.status != OperationStatus.WAITING or operation.due_at is None or operation.due_at > (at or now()):
            return answer(case.transaction, operation)
        sent = resend(case, operation, held)
        return sent if isinstance(sent, Intent) else answer(case.transaction, sent)

    try:
        perform(actor, begin)
    except _Busy:
        return  # who holds the sale may be about to send it: it stays due
    except DomainError as error:
        log.info("waiting_operation_not_sent", operation=operation_id, code=error.code)
        _postpone(merchant_id, operation_id)


def _failed(merchant_id: int, operation_id: int, error: Exception) -> None:
    """Count an error of ours: after the third people are told, and it is tried every hour only (a person may withdraw it)."""
    log.error("waiting_operation_failed", operation=operation_id, error=type(error).__name__, exc_info=error)
    with unit_of_work(Scope((merchant_id,))) as session:
        operation = session.get_one(Operation, operation_id, with_for_update=True)
        if operation.status != OperationStatus.WAITING:
            return
        tries = int((operation.evidence or {}).get("tries", 0)) + 1
        operation.evidence = {**(operation.evidence or {}), "tries": tries, "why": type(error).__name__}
        operation.due_at = now() + (TRY_AGAIN if tries < MOST_TRIES else TRY_AGAIN_AFTER_MOST)
        if tries == MOST_TRIES:
            sale = session.get_one(Transaction, operation.transaction_id)
            params = {"reference": sale.reference, "tries": tries, "why": type(error).__name__}
            raise_alarm(session, merchant_id, NOT_DONE, STUCK, params, sale.id)


def _postpone(merchant_id: int, operation_id: int) -> None:
    with unit_of_work(Scope((merchant_id,))) as session:
        operation = session.get_one(Operation, operation_id, with_for_update=True)
        if operation.status == OperationStatus.WAITING:
            operation.due_at = now() + TRY_AGAIN
