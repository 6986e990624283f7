"""An order as its first unit of work wrote it, so that the second, which locks it again, reads only what somebody changed."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session, make_transient_to_detached

from app.models import Operation, Transaction

# xmin is PostgreSQL's own number of the database transaction that wrote a row as it is now: any later change shows in it,
# also one this statement had to wait for.
_LOCK = """SELECT FROM transaction JOIN operation ON operation.transaction_id = transaction.id
    WHERE transaction.merchant_id = %s AND transaction.id = %s AND operation.id = %s
    AND transaction.xmin = %s::xid AND operation.xmin = %s::xid
    FOR UPDATE OF transaction, operation"""


@dataclass(frozen=True, slots=True)
class Written:
    """A sale with its first operation, both detached, and the number of the database transaction that wrote them."""

    sale: Transaction
    operation: Operation
    unit: str


def written(sale: Transaction, operation: Operation, unit: str) -> Written:
    """Return what a unit has just inserted, as if it had been read again. Every column has its value (`insert_row`)."""
    make_transient_to_detached(sale)
    make_transient_to_detached(operation)
    return Written(sale, operation, unit)


def lock_untouched(session: Session, order: Written) -> bool:
    """Lock sale and operation and take them into the session, if nobody has written either since; else return False."""
    sale, operation, unit = order.sale, order.operation, order.unit
    keys = (sale.merchant_id, sale.id, operation.id, unit, unit)
    if session.connection().exec_driver_sql(_LOCK, keys).rowcount != 1:
        return False
    session.add(sale)
    session.add(operation)
    return True
