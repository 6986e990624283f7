"""The one search box: reference, order number, customer's name, telephone or e-mail, last four digits."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ARRAY, ColumnElement, Integer, and_, any_, exists, literal, or_, select, union
from sqlalchemy.orm import Session

from ..customer import Customer
from ..search_keys import email_key, name_key, order_key, telephone_key
from ..transaction import Transaction
from .keyset import groups, of_merchants
from .merchants import MerchantFacts
from .parameters import starts_with

FOUND_LIMIT = 10_000  # above it what is looked for is so common that the list is walked in its own order instead

Condition = ColumnElement[bool]
_SHORTEST_NAME, _SHORTEST_TELEPHONE = 2, 4


def on_sale(q: str) -> list[Condition]:
    """Return what a searched text may be of the sale itself; each alone reaches an index."""
    conditions = [Transaction.reference == q.strip().upper(), and_(*starts_with(Transaction.order_key, order_key(q)))]
    if re.fullmatch("[0-9]{4}", q.strip()):
        conditions.append(Transaction.last4 == q.strip())
    return conditions


def on_customer(q: str) -> list[Condition]:
    """Return what a searched text may be of the customer: the beginning of a name, telephone number or address."""
    conditions = []
    if "@" in q:
        conditions.append(and_(*starts_with(Customer.email_key, email_key(q))))
    elif re.search(r"[^\W\d_]", q) and len(name_key(q)) >= _SHORTEST_NAME:
        conditions.append(and_(*starts_with(Customer.name_key, name_key(q))))
    elif len(telephone_key(q)) >= _SHORTEST_TELEPHONE:
        conditions.append(and_(*starts_with(Customer.telephone_key, telephone_key(q))))
    return conditions


def matching(session: Session, q: str, merchants: Sequence[MerchantFacts]) -> Condition:
    """Return the condition that a sale is what `q` looks for (one statement, FOUND_LIMIT ids at most).

    What is rare is looked up first and its sales named by id; what is common is left to the walk through the list,
    which meets a page of it soon.
    """
    found = _ids(session, q, merchants)
    if found is not None:
        return Transaction.id == any_(literal(found, ARRAY(Integer)))
    its_customer = and_(Customer.merchant_id == Transaction.merchant_id, Customer.id == Transaction.customer_row_id)
    theirs = [exists().where(its_customer, each) for each in on_customer(q)]
    return or_(*on_sale(q), *theirs)


def _ids(session: Session, q: str, merchants: Sequence[MerchantFacts]) -> list[int] | None:
    """The sales found, None when there are more than FOUND_LIMIT."""
    parts: list[Any] = []
    its_customer = and_(Customer.merchant_id == Transaction.merchant_id, Customer.id == Transaction.customer_row_id)
    for group in groups(merchants):
        sales = select(Transaction.id).where(of_merchants(Transaction, group)).limit(FOUND_LIMIT + 1)
        theirs = sales.join(Customer, its_customer).where(of_merchants(Customer, group))
        parts += [sales.where(each) for each in on_sale(q)] + [theirs.where(each) for each in on_customer(q)]
    if not parts:
        return []
    found = session.scalars(select(union(*parts).subquery().c.id).limit(FOUND_LIMIT + 1)).all()
    return None if len(found) > FOUND_LIMIT else list(found)
