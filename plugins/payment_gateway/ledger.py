"""Writing what happened: operations, events and amounts of one locked transaction."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from app.database import now, real_now
from app.domain.actor import Actor
from app.domain.states import OPEN_STATUSES, Event, OperationName, OperationStatus, State, next_state
from app.models import Operation, Transaction, TransactionEvent
from app.ports import GatewayResult

from .rows import insert_row

GRACE = timedelta(seconds=5)  # after which a SENT operation without an answer is inquired
WAITED = timedelta(seconds=1)  # between being asked for and being sent: for a second person, for the bank's night
OLD_ENOUGH = timedelta(hours=24)  # uncertain for so long, persons may resolve it


def call_deadline() -> timedelta:
    """Return how long one call of a gateway may take, all in all: 25 s, shorter in practice where it is set so."""
    return timedelta(seconds=current_app.extensions["settings"].gateway_deadline)


def under_way(operation: Operation) -> bool:
    """Return whether nothing else may be done meanwhile: SENT, UNKNOWN, or a release the machine owes the bank."""
    return operation.status in OPEN_STATUSES or (operation.status == OperationStatus.WAITING and owed(operation))


def owed(operation: Operation) -> bool:
    """Return whether the machine must release this at the bank (late approval, rule, lapse), whatever happens."""
    return operation.created_by_id is None and operation.name in (OperationName.CANCEL, OperationName.EXPIRED)


def new_operation(
    transaction: Transaction,
    sequence: int,
    name: OperationName,
    status: OperationStatus,
    amount: int,
    actor: Actor,
    **more: Any,
) -> Operation:
    """Return an operation that remembers what the bank last said, before it is sent."""
    operation = Operation(
        merchant_id=transaction.merchant_id,
        transaction_id=transaction.id,
        sequence=sequence,
        name=name,
        status=status,
        amount=amount,
        created_at=now(),
        created_by_id=actor.id,
        created_by=actor.name,
        **more,
    )
    if status == OperationStatus.SENT:
        mark_sent(transaction, operation)
    return operation


def mark_sent(transaction: Transaction, operation: Operation) -> None:
    """Make the operation SENT: from here on it is inquired unless its answer comes first.

    What an earlier sending left behind (it had to wait) says nothing of this one.
    """
    operation.status = OperationStatus.SENT
    operation.before_status = transaction.bank_status
    operation.before_amount = transaction.bank_amount
    operation.before_captured_amount = transaction.bank_captured_amount
    operation.before_refunded_amount = transaction.bank_refunded_amount
    operation.sent_at = real_now()
    operation.deadline = operation.sent_at + call_deadline()
    operation.next_inquiry_at = operation.deadline + GRACE
    left = now()
    if left - operation.created_at >= WAITED:  # by the business clock; for the others `created_at` says it
        operation.evidence = {**(operation.evidence or {}), "left_at": left.isoformat()}
    operation.ended_at = operation.due_at = None
    operation.inquiries = operation.not_found_count = 0


def let_go(sale: Transaction, operation: Operation) -> bool:
    """Take what the bank released off the sale's amounts, ours and the bank's; returns whether it was the whole."""
    whole = operation.amount == sale.amount
    sale.amount -= operation.amount
    sale.bank_amount = 0 if whole else (sale.bank_amount or 0) - operation.amount
    if whole:
        sale.bank_status = State.CANCELLED
        sale.capture_date, sale.held, sale.capture_error = None, False, None
    return whole


def wait(operation: Operation, until: datetime) -> None:
    """Make the operation WAITING until a business time. It is promised from here on: a connection that fails later
    does not end it."""
    operation.status, operation.due_at, operation.next_inquiry_at = OperationStatus.WAITING, until, None
    operation.evidence = {"promised_at": now().isoformat()} | (operation.evidence or {})


def promised(operation: Operation) -> bool:
    """Return whether somebody was told that the operation waits and will leave."""
    return "promised_at" in (operation.evidence or {})


def enter(
    session: Session,
    transaction: Transaction,
    operation: Operation | None,
    event: Event,
    actor: Actor,
    *,
    from_state: str | None = None,
    data: dict[str, Any] | None = None,
) -> None:
    """Take the transaction through the table and write the event with the amounts as they are after it."""
    insert_row(session, stepped(transaction, operation, event, actor, now(), from_state=from_state, data=data))


def stepped(
    transaction: Transaction,
    operation: Operation | None,
    event: Event,
    actor: Actor,
    at: datetime,
    *,
    from_state: str | None = None,
    data: dict[str, Any] | None = None,
) -> TransactionEvent:
    """Take the transaction through the table and return the event, not yet written, with the amounts after it."""
    before = from_state or transaction.state
    transaction.state = next_state(before, event)
    if operation is not None and event is not Event.SUBMITTED:  # it has only just been asked
        operation.new_state = transaction.state
    return TransactionEvent(
        merchant_id=transaction.merchant_id,
        transaction_id=transaction.id,
        operation_id=operation.id if operation is not None else None,
        at=at,
        kind=event.name,
        from_state=before,
        to_state=transaction.state,
        amount=transaction.amount,
        captured_amount=transaction.captured_amount,
        refunded_amount=transaction.refunded_amount,
        reserved_amount=transaction.reserved_amount,
        actor_id=actor.id,
        actor=actor.name,
        data=data,
    )


def finish(
    transaction: Transaction,
    operation: Operation,
    status: OperationStatus,
    result: GatewayResult | None = None,
    at: datetime | None = None,
) -> None:
    """Write how the operation ended. DONE says what the amount is from here on."""
    operation.status = status
    operation.settled_at = at or now()
    operation.ended_at = operation.ended_at or (real_now() if operation.sent_at else None)
    operation.next_inquiry_at = None
    operation.due_at = None
    operation.new_state = operation.new_state or transaction.state
    if status == OperationStatus.DONE:
        operation.new_amount = transaction.amount
    if result is not None:
        operation.response_code = result.response_code
        operation.acquirer_response_code = result.acquirer_response_code
        operation.authorisation_id = result.authorisation_id
