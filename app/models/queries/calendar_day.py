"""The deferred sales of one day, or what is late: the rows the calendar counted, filtered further."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, exists, or_, select
from sqlalchemy.orm import Session

from ...domain.days import local_day
from ...domain.field_kinds import Day, choice
from ...domain.fields import Field
from ..merchant import Contract
from ..transaction import Transaction
from .calendar import KINDS, LAPSING, WAITING, on_day
from .keyset import Sort, groups, of_merchants
from .listing import ListFilter
from .merchants import MerchantFacts
from .parameters import CONTRACT, MERCHANT, PAGING
from .transactions import shown

BY_ID = Sort("id", Transaction.id, int)
PARAMETERS = (
    MERCHANT,
    CONTRACT,
    Field("plan", choice((*KINDS, LAPSING))),
    Field("shipping_date", Day()),
    *PAGING,
)


@dataclass(frozen=True, slots=True)
class DayFilter(ListFilter):
    """`of` a day at a moment makes it complete; by itself it has no rows of any day but what is late."""

    model: ClassVar[Any] = Transaction
    fields: ClassVar[tuple[Field, ...]] = PARAMETERS
    sorts: ClassVar[Mapping[str, Sort]] = MappingProxyType({BY_ID.name: BY_ID})

    day: date | None = None
    at: datetime | None = None

    def of_group(self, group: Sequence[MerchantFacts]) -> list[ColumnElement[bool]]:
        """Return the conditions on rows of merchants that share a zone."""
        if self.at is None:
            raise ValueError("a day is one of a moment")
        values = self.values
        plan = values.get("plan")
        kinds = tuple(KINDS) if plan is None else WAITING if plan == LAPSING else (plan,)
        conditions = [
            of_merchants(Transaction, group),
            on_day(kinds, self.day, local_day(self.at, group[0].zone_info)),
        ]
        if values.get("contract") is not None:
            mine = select(Contract.id).where(of_merchants(Contract, group), Contract.number == values["contract"])
            conditions.append(Transaction.contract_id.in_(mine))
        if values.get("shipping_date") is not None:
            conditions.append(Transaction.shipping_date == values["shipping_date"])
        return conditions

    def rows(self, session: Session, ids: Sequence[int]) -> Iterable[Any]:
        """Return the sales of these ids with what the desk looks at."""
        return shown(session, ids, self.merchants)


def somebody_waited_for(session: Session, merchants: Sequence[MerchantFacts], day: date, at: datetime) -> bool:
    """Return whether any sale of these merchants stands on this day that lapses unless somebody decides."""
    waits = [
        exists().where(of_merchants(Transaction, group), on_day(WAITING, day, local_day(at, group[0].zone_info)))
        for group in groups(merchants)
    ]
    return bool(waits) and bool(session.scalar(select(or_(*waits))))
