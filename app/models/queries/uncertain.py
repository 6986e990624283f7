"""Operations without a certain outcome: what a supervisor looks through, the oldest first."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from ...domain.errors import NotFound
from ...domain.states import OPEN_STATUSES
from ..operation import Operation
from ..transaction import Transaction
from .keyset import of_merchants
from .merchants import MerchantFacts

MOST_UNCERTAIN = 200  # rows; who lets more pile up sees the oldest


def _shown() -> tuple[object, ...]:
    sale = joinedload(Operation.transaction)
    return (
        sale.joinedload(Transaction.merchant),
        sale.joinedload(Transaction.contract),
        sale.joinedload(Transaction.customer),
        sale.selectinload(Transaction.operations),
        sale.selectinload(Transaction.unpaid),
    )


def uncertain_operations(session: Session, merchants: Sequence[MerchantFacts]) -> Sequence[Operation]:
    """Return what was sent and has no certain outcome, each with its sale as showing it reads it."""
    found = (
        select(Operation)
        .where(of_merchants(Operation, merchants), Operation.status.in_(sorted(OPEN_STATUSES)))
        .options(*_shown())  # type: ignore[arg-type]  # loader options have no public type
        .order_by(Operation.created_at, Operation.id)
        .limit(MOST_UNCERTAIN)
        .execution_options(populate_existing=True)
    )
    return session.scalars(found).unique().all()


def operation_numbered(session: Session, operation_id: int | None) -> Operation:
    """Return the operation in scope with this id as it is now, with its sale; raises NotFound."""
    operation = session.scalar(
        select(Operation)
        .where(Operation.id == (operation_id or 0))
        .options(*_shown())  # type: ignore[arg-type]  # loader options have no public type
        .execution_options(populate_existing=True)
    )
    if operation is None:
        raise NotFound()
    return operation
