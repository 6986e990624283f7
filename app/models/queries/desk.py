"""What the forms on transactions read: a sale by its number, the merchant's reasons, what waits for a second person."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from ...domain.errors import NotFound
from ...domain.states import OperationStatus
from ..merchant import Merchant, Reason
from ..operation import Operation
from ..transaction import Transaction
from .transactions import SHOWN

MOST_REQUESTED = 200  # rows; who lets more pile up sees the oldest


def sale_numbered(session: Session, transaction_id: int | None) -> Transaction:
    """Return the sale in scope with this id as it is now, with what showing it reads; raises NotFound."""
    sale = session.scalar(
        select(Transaction)
        .where(Transaction.id == (transaction_id or 0))
        .options(*SHOWN)
        .execution_options(populate_existing=True)
    )
    if sale is None:
        raise NotFound()
    return sale


def sale_of_operation(session: Session, operation_id: int | None) -> tuple[Transaction, Operation]:
    """Return the sale of an operation in scope, with what showing it reads, and the operation; raises NotFound."""
    sale_id = session.scalar(select(Operation.transaction_id).where(Operation.id == (operation_id or 0)))
    sale = sale_numbered(session, sale_id)
    return sale, next(each for each in sale.operations if each.id == operation_id)


def reasons_of(session: Session, merchant_id: int, language: str) -> list[tuple[str, str]]:
    """Return (code, label) of the merchant's reasons for cancelling and refunding, in French or English."""
    wanted = select(Reason.code, _label(language)).where(Reason.merchant_id == merchant_id, Reason.active)
    return [(code, text) for code, text in session.execute(wanted.order_by(Reason.id))]


def reason_label(session: Session, merchant_id: int, code: str | None, language: str) -> str:
    """Return the label of one reason, one no longer in use too; its code when the list does not know it."""
    wanted = select(_label(language)).where(Reason.merchant_id == merchant_id, Reason.code == (code or ""))
    found: str | None = session.scalar(wanted)
    return found or code or ""


def _label(language: str) -> InstrumentedAttribute[str]:
    return Reason.label_fr if language.startswith("fr") else Reason.label_en


def demand_operation(session: Session, operation_id: int | None) -> None:
    """Raise NotFound unless an operation in scope has this id."""
    if session.scalar(select(Operation.id).where(Operation.id == (operation_id or 0))) is None:
        raise NotFound()


def merchant_of_operation(session: Session, operation_id: int) -> int | None:
    """Return the merchant of the operation in scope with this id, None where there is none."""
    merchant_id: int | None = session.scalar(select(Operation.merchant_id).where(Operation.id == operation_id))
    return merchant_id


def zone_of_operation(session: Session, operation_id: int) -> str | None:
    """Return the time zone of the merchant of the operation in scope with this id, None where there is none."""
    zone: str | None = session.scalar(
        select(Merchant.zone).join(Operation, Operation.merchant_id == Merchant.id).where(Operation.id == operation_id)
    )
    return zone


def requested_operations(session: Session) -> Sequence[Operation]:
    """Return what waits for a second person, the oldest first, each with its transaction and merchant."""
    sale = joinedload(Operation.transaction)
    return (
        session.scalars(
            select(Operation)
            .where(Operation.status == OperationStatus.REQUESTED)
            .options(sale.joinedload(Transaction.merchant), sale.joinedload(Transaction.customer))
            .order_by(Operation.created_at, Operation.id)
            .limit(MOST_REQUESTED)
        )
        .unique()
        .all()
    )
