"""Sums of a set of sales that is not too large to add up: by day of the merchant's zone, scheme and currency."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from sqlalchemy import Date, cast, func, literal, select, union_all
from sqlalchemy.orm import Session

from ...domain.states import State
from ..transaction import Transaction
from .keyset import ConditionsFor, groups
from .merchants import MerchantFacts

#: Not taken, or nobody knows yet: counted, but their amount is nobody's money.
NOT_TAKEN = (State.PENDING, State.REFERRAL, State.REFUSED)


@dataclass(frozen=True, slots=True)
class Subtotal:
    """How many sales, and in minor units what was taken (without what was cancelled), remitted and refunded."""

    currency: str
    count: int
    taken: int
    captured: int
    refunded: int
    day: date | None = None
    brand: str | None = None

    def __add__(self, other: Subtotal) -> Subtotal:
        """Return the sum, which is of one currency."""
        return replace(
            self,
            count=self.count + other.count,
            taken=self.taken + other.taken,
            captured=self.captured + other.captured,
            refunded=self.refunded + other.refunded,
        )


def subtotals(session: Session, conditions_for: ConditionsFor, merchants: Sequence[MerchantFacts]) -> list[Subtotal]:
    """Return the sums by day, scheme and currency, newest day first (one statement). For a counted set only: it adds all."""
    branches = [_sums(conditions_for(group), group[0].zone) for group in groups(merchants)]
    if not branches:
        return []
    found = [_subtotal(row) for row in session.execute(union_all(*branches))]
    by_place = added(found, "day", "brand")
    return sorted(by_place, key=lambda each: (each.day or date.min, each.currency, each.brand or ""), reverse=True)


def added(parts: Iterable[Subtotal], *by: str) -> list[Subtotal]:
    """Return the sums of the parts that are alike in currency and in these fields, the others left out."""
    sums: dict[tuple[Any, ...], Subtotal] = {}
    for part in parts:
        kept = replace(part, day=part.day if "day" in by else None, brand=part.brand if "brand" in by else None)
        key = (kept.currency, kept.day, kept.brand)
        sums[key] = sums[key] + kept if key in sums else kept
    return list(sums.values())


def of_order(session: Session, sale: Transaction) -> list[Subtotal]:
    """Return the sums, by currency, of all sales with this sale's order number at its merchant (one statement)."""
    if sale.order_key is None:
        return []
    rows = session.execute(
        select(literal(None).label("day"), literal(None).label("brand"), *_COLUMNS)
        .where(Transaction.merchant_id == sale.merchant_id, Transaction.order_key == sale.order_key)
        .group_by(Transaction.currency)
        .order_by(Transaction.currency)
    )
    return [_subtotal(row) for row in rows]


_taken = func.sum(Transaction.amount).filter(Transaction.state.not_in(NOT_TAKEN))
_COLUMNS = (
    Transaction.currency,
    func.count().label("count"),
    func.coalesce(_taken, 0).label("taken"),
    func.sum(Transaction.captured_amount).label("captured"),
    func.sum(Transaction.refunded_amount).label("refunded"),
)


def _sums(conditions: Sequence[Any], zone: str) -> Any:
    day = cast(func.timezone(zone, Transaction.created_at), Date).label("day")
    brand = Transaction.brand.label("brand")
    return select(day, brand, *_COLUMNS).where(*conditions).group_by(day, brand, Transaction.currency)


def _subtotal(row: Any) -> Subtotal:
    return Subtotal(row.currency, row.count, int(row.taken), int(row.captured), int(row.refunded), row.day, row.brand)
