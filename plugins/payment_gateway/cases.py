"""One transaction locked in a unit of work, with its operations: what every verb, answer and sweep works on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.sql.base import ExecutableOption

from app.domain.actor import Actor
from app.domain.errors import NotFound, OperationInFlight
from app.domain.states import OPEN_STATUSES, OperationName, OperationStatus
from app.models import Operation, Transaction

from .ledger import new_operation, under_way
from .written import Written, lock_untouched


@dataclass(slots=True)
class Case:
    """A transaction locked in a unit, with its operations in sequence, and who acts.

    `whole` is False where only the first operation was read: a slip may have been amended meanwhile.
    """

    session: Session
    actor: Actor
    transaction: Transaction
    operations: list[Operation]
    key: str | None = None
    whole: bool = True

    def add(self, name: OperationName, status: OperationStatus, amount: int, **more: Any) -> Operation:
        """Add the next operation of the transaction, asked by the actor."""
        if not self.whole:
            self.operations[1:], self.whole = operations_of(self.session, self.transaction)[1:], True
        operation = new_operation(self.transaction, len(self.operations) + 1, name, status, amount, self.actor, **more)
        self.session.add(operation)
        self.session.flush()
        self.operations.append(operation)
        return operation

    def demand_nothing_in_flight(self, but: Operation | None = None) -> None:
        """Raise OperationInFlight while an operation other than `but` is under way."""
        if any(under_way(operation) for operation in self.operations if operation is not but):
            raise OperationInFlight()


@cache
def _with_settings() -> tuple[ExecutableOption, ...]:
    """Return the options that read merchant, contract and customer along; made at the first use, when all models are
    known."""
    return (
        joinedload(Transaction.merchant, innerjoin=True),
        joinedload(Transaction.contract, innerjoin=True),
        joinedload(Transaction.customer),
    )


def lock(session: Session, transaction_id: int, *, skip_locked: bool = False) -> Transaction:
    """Return the transaction under a row lock, as it is now; raises NotFound, or OperationInFlight when skipped."""
    row = session.scalar(
        select(Transaction)
        .where(Transaction.id == transaction_id)
        .options(*_with_settings())
        .with_for_update(of=Transaction, skip_locked=skip_locked)
        .execution_options(populate_existing=True)
    )
    if row is None:
        raise OperationInFlight() if skip_locked else NotFound()
    return row


def open_case(
    session: Session, actor: Actor, transaction_id: int, key: str | None = None, *, skip_locked: bool = False
) -> Case:
    """Lock the transaction and read its operations."""
    transaction = lock(session, transaction_id, skip_locked=skip_locked)
    return Case(session, actor, transaction, operations_of(session, transaction, populate_existing=True), key)


def open_cases(
    session: Session, actor: Actor, transaction_ids: Sequence[int], *, skip_locked: bool = False
) -> list[Case]:
    """Lock several transactions in the order of their numbers and read their operations; what is skipped is left out."""
    rows = session.scalars(
        select(Transaction)
        .where(Transaction.id.in_(transaction_ids))
        .options(*_with_settings())
        .order_by(Transaction.id)
        .with_for_update(of=Transaction, skip_locked=skip_locked)
        .execution_options(populate_existing=True)
    ).all()
    cases = {row.id: Case(session, actor, row, []) for row in rows}
    operations = session.scalars(
        select(Operation)
        .where(Operation.transaction_id.in_(cases))
        .order_by(Operation.transaction_id, Operation.sequence)
        .execution_options(populate_existing=True)
    )
    for operation in operations:
        cases[operation.transaction_id].operations.append(operation)
    return list(cases.values())


def operations_of(session: Session, transaction: Transaction, **options: bool) -> list[Operation]:
    """Return the operations of a locked transaction by sequence."""
    return list(
        session.scalars(
            select(Operation)
            .where(Operation.merchant_id == transaction.merchant_id, Operation.transaction_id == transaction.id)
            .order_by(Operation.sequence)
            .execution_options(**options)
        )
    )


@cache  # it runs after every order whose rows somebody touched, and building it costs as much as running it
def _order() -> Select[tuple[Transaction, Operation]]:
    return (
        select(Transaction, Operation)
        .join(Operation, Operation.transaction_id == Transaction.id)
        .where(Transaction.id == bindparam("sale"), Operation.id == bindparam("operation"))
        .options(*_with_settings())
        .with_for_update(of=(Transaction, Operation))
        .execution_options(populate_existing=True)
    )


def open_order(
    session: Session, actor: Actor, transaction_id: int, operation_id: int, written: Written | None = None
) -> Case:
    """Lock an order together with its first operation, in one statement; read them all if more has happened since.

    `written` is what the unit before wrote: unless somebody touched its rows meanwhile, they need no reading. While the
    first operation is open everything but an amendment waits for its end, so the others need no reading either.
    """
    if written is not None and lock_untouched(session, written):
        return Case(session, actor, written.sale, [written.operation], whole=False)
    row = session.execute(_order(), {"sale": transaction_id, "operation": operation_id}).one_or_none()
    if row is None:
        raise NotFound()
    if row[1].sequence == 1 and row[1].status in OPEN_STATUSES:
        return Case(session, actor, row[0], [row[1]], whole=False)
    return open_case(session, actor, transaction_id)
