"""Which status and code an operation answers with, as it stands now (interface.md "Answers of verbs")."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.orm.attributes import set_committed_value

from app.domain.states import OperationName, OperationStatus, State
from app.models import Operation, Transaction
from app.ports import Answer

_STATUS = {
    OperationStatus.DONE: (200, None),
    OperationStatus.SENT: (202, None),
    OperationStatus.UNKNOWN: (202, None),
    OperationStatus.WAITING: (202, None),
    OperationStatus.REQUESTED: (202, "approval_required"),
    OperationStatus.REFUSED: (409, "bank_refused"),
    OperationStatus.FAILED: (503, "not_sent"),
    OperationStatus.REJECTED: (200, None),
    OperationStatus.WITHDRAWN: (200, None),
}
ORDERS = (OperationName.TRANSACTION, OperationName.DUPLICATE)


def answer(
    transaction: Transaction,
    operation: Operation | None = None,
    *,
    replayed: bool = False,
    operations: Sequence[Operation] | None = None,
) -> Answer:
    """Return the answer for what an operation (None: nothing but a change of ours) made of a transaction.

    `operations` are all of a sale just taken, read under its lock: the answer then carries the sale itself.
    """
    status, code = 200, None
    if operation is not None and operation.name in ORDERS and operation.status != OperationStatus.REQUESTED:
        status = 202 if transaction.state == State.PENDING else 201
    elif operation is not None:
        status, code = _STATUS[OperationStatus(operation.status)]
    return Answer(
        transaction_id=transaction.id,
        reference=transaction.reference,
        status=status,
        code=code,
        operation_id=operation.id if operation is not None else None,
        replayed=replayed,
        sale=_complete(transaction, operations) if operations is not None else None,
    )


def _complete(sale: Transaction, operations: Sequence[Operation]) -> Transaction:
    """Say to the ORM what is known of a sale just taken: its operations, and that nothing of it is unpaid."""
    set_committed_value(sale, "operations", list(operations))
    set_committed_value(sale, "unpaid", [])
    return sale
