"""Sales the order page looks back at: the last order number, a clerk's last sale, what a form's key made, attempts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...domain.errors import NotFound
from ...domain.order_numbers import numbers_after
from ..operation import Submission
from ..search_keys import order_key
from ..transaction import Transaction
from .transactions import SHOWN

LOOKED_AT = 20  # the newest sales among which a number is looked for
ASKED_AT_ONCE = (10, 200, 2_000)  # numbers looked up a statement, until one of them is free
TAKE = "take"  # the verb of an order's submission


class Last(NamedTuple):
    """A clerk's last sale at a merchant, in a line."""

    reference: str
    order_number: str | None
    amount: int
    currency: str
    state: str
    at: datetime


def last_number(session: Session, merchant_id: int) -> str | None:
    """Return the order number of the merchant's newest order that has one, looking a little way back."""
    newest = (
        select(Transaction.order_number, Transaction.duplicate_of_id)
        .where(Transaction.merchant_id == merchant_id)
        .order_by(Transaction.created_at.desc(), Transaction.id.desc())
        .limit(LOOKED_AT)
    )
    return next((row.order_number for row in session.execute(newest) if row.order_number and not row[1]), None)


def free_number(session: Session, merchant_id: int, number: str | None) -> str | None:
    """Return the first number after this one that no sale of the merchant has; None where there is none to propose.

    One statement, hardly ever a second; where some thousand numbers on end are taken nothing is proposed.
    """
    following = numbers_after(number)
    for count in ASKED_AT_ONCE:
        keys = {order_key(each): each for each in islice(following, count)}
        taken = set(
            session.scalars(
                select(Transaction.order_key).where(
                    Transaction.merchant_id == merchant_id, Transaction.order_key.in_(keys)
                )
            )
        )
        free = next((each for key, each in keys.items() if key not in taken), None)
        if free is not None or not keys:
            return free
    return None


def last_sale(session: Session, merchant_id: int, clerk: str, since: datetime) -> Last | None:
    """Return the newest sale this person took since a moment, None where there is none."""
    found = session.execute(
        select(
            Transaction.reference,
            Transaction.order_number,
            Transaction.original_amount,
            Transaction.currency,
            Transaction.state,
            Transaction.created_at,
        )
        .where(Transaction.merchant_id == merchant_id, Transaction.created_by == clerk, Transaction.created_at >= since)
        .order_by(Transaction.created_at.desc(), Transaction.id.desc())
        .limit(1)
    ).one_or_none()
    return Last(*found) if found else None


def sale_sent_under(session: Session, merchant_id: int, key: str) -> Transaction:
    """Return the sale an order form with this key made, as showing it needs; raises NotFound where it made none."""
    sale = session.scalar(
        select(Transaction)
        .join(Submission, Submission.transaction_id == Transaction.id)
        .where(Submission.merchant_id == merchant_id, Submission.key == key, Submission.verb == TAKE)
        .options(*SHOWN)
    )
    if sale is None:
        raise NotFound()
    return sale


def sales_among(session: Session, references: Sequence[str]) -> list[Any]:
    """Return the sales in scope with these references, the oldest first."""
    if not references:
        return []
    found = select(Transaction).where(Transaction.reference.in_(references)).options(SHOWN[0])
    return list(session.scalars(found.order_by(Transaction.created_at, Transaction.id)).unique())
