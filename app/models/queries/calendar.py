"""Deferred sales by day: what is remitted when, what lapses when nobody decides, and what is late.

One condition a kind, counted on the calendar and listed by the page of a day, so that both say the same rows. What leaves
by itself stands on its capture_date; what waits for a person stands on its limit_date, the last day to decide.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, union_all
from sqlalchemy.orm import Session

from ...domain.days import MAX_CAPTURE_DAY, local_day
from ...domain.states import State
from ..merchant import Contract
from ..transaction import Transaction
from .keyset import of_merchants
from .merchants import MerchantFacts

REMIT, VALIDATE, CHALLENGE, HELD, REFUSED = "remit", "validate", "challenge", "held", "refused"
LAPSING = "lapsing"  # all that lapses unless somebody decides
_free = and_(Transaction.held.is_(False), Transaction.capture_error.is_(None), Transaction.capture_date.is_not(None))
_to_remit = Transaction.state == State.TO_CAPTURE


@dataclass(frozen=True, slots=True)
class Kind:
    """Which sales, and the column of the day they stand on."""

    condition: ColumnElement[bool]
    day: Any


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        REMIT: Kind(and_(_to_remit, _free), Transaction.capture_date),
        VALIDATE: Kind(Transaction.state == State.TO_VALIDATE, Transaction.limit_date),
        CHALLENGE: Kind(Transaction.state == State.TO_CHALLENGE, Transaction.limit_date),
        HELD: Kind(and_(_to_remit, Transaction.capture_error.is_(None), ~_free), Transaction.limit_date),
        REFUSED: Kind(and_(_to_remit, Transaction.capture_error.is_not(None)), Transaction.limit_date),
    }
)
WAITING = (VALIDATE, CHALLENGE, HELD, REFUSED)  # for a person
LATE = "late"  # instead of a day: every day that is over in the merchant's zone


@dataclass(frozen=True, slots=True)
class Cell:
    """How many sales of a kind a contract has on a day, and their sum in minor units. `day` None: they are late."""

    kind: str
    contract_id: int
    day: date | None
    currency: str
    count: int
    amount: int


def days_shown(merchants: Sequence[MerchantFacts], at: datetime) -> list[date]:
    """Return the days from the earliest merchant's today to the last limit a sale of the latest's today can have."""
    today = [local_day(at, each.zone_info) for each in merchants]
    if not today:
        return []
    first, last = min(today), max(today) + timedelta(days=MAX_CAPTURE_DAY)
    return [first + timedelta(days=count) for count in range((last - first).days + 1)]


def cells(session: Session, merchants: Sequence[MerchantFacts], at: datetime) -> list[Cell]:
    """Return what every day of every contract holds (one statement; deferred sales are those of a week)."""
    branches = [
        select(
            literal(name).label("kind"),
            Transaction.merchant_id,
            Transaction.contract_id,
            kind.day.label("day"),
            Transaction.currency,
            func.count().label("sales"),
            func.sum(Transaction.amount).label("amount"),
        )
        .where(of_merchants(Transaction, merchants), kind.condition)
        .group_by(Transaction.merchant_id, Transaction.contract_id, kind.day, Transaction.currency)
        for name, kind in KINDS.items()
    ]
    if not merchants:
        return []
    today = {each.id: local_day(at, each.zone_info) for each in merchants}
    sums: dict[tuple[str, int, date | None, str], tuple[int, int]] = {}
    for row in session.execute(union_all(*branches)):
        day = row.day if row.day is not None and row.day >= today[row.merchant_id] else None
        key = (row.kind, row.contract_id, day, row.currency)
        count, amount = sums.get(key, (0, 0))
        sums[key] = (count + row.sales, amount + int(row.amount))
    return [Cell(*key, *sum_) for key, sum_ in sums.items()]


def on_day(kinds: Sequence[str], day: date | None, today: date) -> ColumnElement[bool]:
    """Return the condition of the sales of these kinds on a day, of merchants whose day is `today`; None: late."""
    return or_(*(and_(KINDS[name].condition, _on(KINDS[name].day, day, today)) for name in kinds))


def _on(column: Any, day: date | None, today: date) -> ColumnElement[bool]:
    if day is None:
        return or_(column < today, column.is_(None))
    return and_(column == day, literal(day >= today))


def kind_of(sale: Transaction) -> str | None:
    """Return the kind of a sale, as `KINDS` has it; None for one that is not deferred any more."""
    if sale.state == State.TO_CAPTURE:
        free = not sale.held and sale.capture_date is not None
        return REFUSED if sale.capture_error else REMIT if free else HELD
    return {State.TO_VALIDATE: VALIDATE, State.TO_CHALLENGE: CHALLENGE}.get(State(sale.state))


def contracts_of(session: Session, merchants: Sequence[MerchantFacts]) -> Sequence[Contract]:
    """Return the contracts of these merchants, those that are ended too, in the order of merchants and numbers."""
    places = {each.id: place for place, each in enumerate(merchants)}
    found = session.scalars(select(Contract).where(of_merchants(Contract, merchants))).all() if merchants else ()
    return sorted(found, key=lambda each: (places[each.merchant_id], each.number))
