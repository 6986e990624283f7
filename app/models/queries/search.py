"""The one search box: reference, part of an order number, customer's name, telephone or e-mail, last four digits.

A beginning reaches an index; what stands inside a text does not under row security (only leakproof operators do), so
order numbers and names are looked through once: a million in some tenths of a second, and only when one is searched.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ARRAY, ColumnElement, Integer, Select, and_, any_, exists, func, literal, or_, select, union
from sqlalchemy.orm import Session

from ..customer import Customer
from ..search_keys import email_key, name_key, order_key, telephone_key
from ..transaction import Transaction
from .keyset import COUNT_LIMIT, groups, of_merchants
from .merchants import MerchantFacts
from .parameters import starts_with

FOUND_LIMIT = 10_000  # above it what is looked for is so common that the list is walked in its own order instead

Condition = ColumnElement[bool]
_SHORTEST_NAME, _SHORTEST_TELEPHONE, _SHORTEST_PART = 2, 4, 3


@dataclass(frozen=True, slots=True)
class Found:
    """The condition that a sale is what was looked for, and whether that is known to be more than a list counts."""

    condition: Condition
    many: bool = False


def on_sale(q: str) -> list[Condition]:
    """Return what a searched text may be of the sale itself: reference, order number or last four digits.

    With a digit and three characters it may be any part of an order number, else its beginning.
    """
    key = order_key(q)
    part = len(key) >= _SHORTEST_PART and _digit(key) and "@" not in key
    number = func.strpos(Transaction.order_key, key) > 0 if part else and_(*starts_with(Transaction.order_key, key))
    conditions = [Transaction.reference == q.strip().upper(), number]
    if re.fullmatch("[0-9]{4}", q.strip()):
        conditions.append(Transaction.last4 == q.strip())
    return conditions


def on_customer(q: str) -> Condition | None:
    """Return what a searched text may be of the customer, None when it can be nothing.

    The beginning of an e-mail address or a telephone number; words of a name in any order, each at least begun, or with
    a digit, which few names have, its beginning.
    """
    if "@" in q:
        return and_(*starts_with(Customer.email_key, email_key(q)))
    if re.search(r"[^\W\d_]", q):
        words = name_key(q)
        if len(words) < _SHORTEST_NAME:
            return None
        if _digit(words):
            return and_(*starts_with(Customer.name_key, words))
        return and_(*[func.strpos(" " + Customer.name_key, " " + word) > 0 for word in words.split()])
    number = telephone_key(q)
    return and_(*starts_with(Customer.telephone_key, number)) if len(number) >= _SHORTEST_TELEPHONE else None


def is_telephone(q: str | None) -> bool:
    """Return whether a searched text may be a telephone number, as `on_customer` reads it."""
    text = q or ""
    return "@" not in text and not re.search(r"[^\W\d_]", text) and len(telephone_key(text)) >= _SHORTEST_TELEPHONE


def look_up(session: Session, q: str, merchants: Sequence[MerchantFacts]) -> Found:
    """Find the sales that `q` means (at most two statements).

    What is rare is named by id; what is common is left to the walk through the list, which meets a page of it soon.
    """
    theirs = on_customer(q)
    customers = [] if theirs is None else _first(session, [_customers(q, theirs, group) for group in groups(merchants)])
    sales = None
    if len(customers) <= FOUND_LIMIT:
        sales = _first(session, [each for group in groups(merchants) for each in _sales(q, customers, group)])
    if sales is not None and len(sales) <= FOUND_LIMIT:
        return Found(Transaction.id == any_(literal(sales, ARRAY(Integer))))
    conditions = on_sale(q)
    if theirs is not None:
        own = and_(Customer.merchant_id == Transaction.merchant_id, Customer.id == Transaction.customer_row_id)
        conditions.append(exists().where(own, theirs))
    return Found(or_(*conditions), many=len(sales or ()) > COUNT_LIMIT)


def _digit(text: str) -> bool:
    return any(c.isdigit() for c in text)


def _customers(q: str, condition: Condition, group: Sequence[MerchantFacts]) -> Select[tuple[int]]:
    """In the order of the index that holds what is looked at, so that nothing else is read."""
    key = Customer.email_key if "@" in q else Customer.name_key if re.search(r"[^\W\d_]", q) else Customer.telephone_key
    return select(Customer.id).where(of_merchants(Customer, group), condition).order_by(key).limit(FOUND_LIMIT + 1)


def _sales(q: str, customers: Sequence[int], group: Sequence[MerchantFacts]) -> list[Select[tuple[int]]]:
    own = select(Transaction.id).where(of_merchants(Transaction, group)).limit(FOUND_LIMIT + 1)
    reference, number, *last4 = on_sale(q)
    parts = [own.where(reference), own.where(number).order_by(Transaction.order_key), *map(own.where, last4)]
    if customers:
        parts.append(own.where(Transaction.customer_row_id == any_(literal(list(customers), ARRAY(Integer)))))
    return parts


def _first(session: Session, parts: Sequence[Select[tuple[int]]]) -> list[int]:
    """The ids that any of the parts finds, FOUND_LIMIT + 1 at most."""
    if not parts:
        return []
    return list(session.scalars(select(union(*parts).subquery().c.id).limit(FOUND_LIMIT + 1)))
