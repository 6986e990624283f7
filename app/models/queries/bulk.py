"""What several sales at once read: by their numbers, by order numbers, limits, and what was submitted before."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from ...domain.errors import NotFound
from ..merchant import MerchantLimit
from ..operation import Submission
from ..search_keys import order_key
from ..transaction import Transaction
from .keyset import groups, in_order, of_merchants
from .merchants import MerchantFacts
from .transactions import shown

MOST_OF_A_NUMBER = 20  # sales of one order number that are looked at, the latest first


def sales_in_order(session: Session, ids: Sequence[int], merchants: Sequence[MerchantFacts]) -> list[Transaction]:
    """Return the sales of these ids as they are now, in this order; raises NotFound when one is not in scope."""
    found = in_order(ids, shown(session, ids, merchants))
    if len(found) != len(set(ids)):
        raise NotFound()
    return found


def known_numbers(session: Session, words: Collection[str], merchants: Sequence[MerchantFacts]) -> frozenset[str]:
    """Return the order keys among those of `words` that a sale in scope has."""
    keys = {order_key(word) for word in words}
    found: set[str] = set()
    for group in groups(merchants):
        wanted = select(Transaction.order_key).where(
            of_merchants(Transaction, group), Transaction.order_key.in_(sorted(keys))
        )
        found |= {key for key in session.scalars(wanted.distinct()) if key is not None}
    return frozenset(found)


def sales_of_numbers(
    session: Session, numbers: Collection[str], merchants: Sequence[MerchantFacts]
) -> Mapping[str, list[Transaction]]:
    """Return {order key: its sales, the latest first}, with what showing them reads."""
    keys = sorted({order_key(number) for number in numbers})
    ids: list[int] = []
    for group in groups(merchants):
        wanted = (
            select(Transaction.id)
            .where(of_merchants(Transaction, group), Transaction.order_key.in_(keys))
            .order_by(Transaction.id.desc())
            .limit(MOST_OF_A_NUMBER * max(len(keys), 1))
        )
        ids += session.scalars(wanted).all()
    by_key: dict[str, list[Transaction]] = {}
    for sale in in_order(sorted(ids, reverse=True), shown(session, ids, merchants)):
        by_key.setdefault(sale.order_key or "", []).append(sale)
    return by_key


def limits_of(session: Session, verb: str) -> Mapping[int, int]:
    """Return {merchant id: amount above which the verb takes a second person} of the merchants in scope."""
    rows = session.execute(
        select(MerchantLimit.merchant_id, MerchantLimit.amount).where(MerchantLimit.verb == verb)
    ).tuples()
    return dict(rows.all())


def was_submitted(session: Session, merchant_id: int, key: str) -> bool:
    """Return whether something was done under this key before."""
    found = select(Submission.id).where(Submission.merchant_id == merchant_id, Submission.key == key)
    return session.scalar(found) is not None


def duplicates_of(session: Session, sale: Transaction) -> Sequence[Transaction]:
    """Return the sales made of this one's card since, the latest first."""
    made = select(Transaction).where(
        Transaction.merchant_id == sale.merchant_id,
        Transaction.card_id == sale.card_id,
        Transaction.created_at >= sale.created_at,
        Transaction.duplicate_of_id == sale.id,
    )
    return session.scalars(made.order_by(Transaction.created_at.desc()).limit(MOST_OF_A_NUMBER)).all()
