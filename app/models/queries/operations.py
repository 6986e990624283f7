"""Operations by their own date, name and status (interface.md `GET /operations`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from ...domain.field_kinds import Text, choice
from ...domain.fields import Field
from ...domain.states import OperationName, OperationStatus
from ..operation import Operation
from ..transaction import Transaction
from .keyset import Sort, of_merchants
from .listing import ListFilter
from .merchants import MerchantFacts
from .parameters import DAYS, MERCHANT, PAGING, between

_BY_DATE = (Operation.created_at, datetime)
#: The sorts by name; the first is the default. Those of one name or status stand by their date.
SORTS: Mapping[str, Sort] = MappingProxyType(
    {
        f"{'-' * down}{name}": Sort(f"{'-' * down}{name}", column, kind, bool(down), then=then)
        for down in (1, 0)
        for name, column, kind, then in (
            ("created_at", Operation.created_at, datetime, None),
            ("name", Operation.name, str, _BY_DATE),
            ("status", Operation.status, str, _BY_DATE),
        )
    }
)
PARAMETERS = (
    MERCHANT,
    Field("name", choice(OperationName)),
    Field("status", choice(OperationStatus)),
    *DAYS,
    Field("created_by", Text(64), about="user name"),
    Field("sort", choice(SORTS), about="default -created_at"),
    *PAGING,
)


class OperationFilter(ListFilter):
    """Which operations, of which merchants, in which order, from where on."""

    model: ClassVar[Any] = Operation
    fields = PARAMETERS
    sorts = SORTS

    def of_group(self, group: Sequence[MerchantFacts]) -> list[ColumnElement[bool]]:
        """Return the conditions on rows of merchants that share a zone."""
        values = self.values
        conditions = [of_merchants(Operation, group)]
        for name in ("name", "status", "created_by"):
            if values.get(name) is not None:
                conditions.append(getattr(Operation, name) == values[name])
        return conditions + between(Operation.created_at, values.get("date_from"), values.get("date_to"), group)

    def rows(self, session: Session, ids: Sequence[int]) -> Iterable[Any]:
        """Return the operations of these ids, each with its transaction (one statement)."""
        statement = select(Operation).where(of_merchants(Operation, self.merchants), Operation.id.in_(ids))
        sale = joinedload(Operation.transaction)
        return session.scalars(statement.options(sale, sale.joinedload(Transaction.merchant))).unique()
