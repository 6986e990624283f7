"""Operations by their own date, name and status (interface.md `GET /operations`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from ...domain.field_kinds import Text, choice
from ...domain.fields import Field
from ...domain.states import OperationName, OperationStatus
from ..operation import Operation
from .cursor import Position
from .keyset import Page, Sort, count_of, in_order, keys_of, of_merchants
from .merchants import MerchantFacts, chosen
from .parameters import DAYS, DEFAULT_PAGE, MERCHANT, PAGING, between, read_parameters

SORTS: Mapping[str, Sort] = MappingProxyType(
    {
        "-created_at": Sort("-created_at", Operation.created_at, datetime, True),
        "created_at": Sort("created_at", Operation.created_at, datetime),
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


@dataclass(frozen=True, slots=True)
class OperationFilter:
    """Which operations, of which merchants, in which order, from where on."""

    merchants: tuple[MerchantFacts, ...]
    values: Mapping[str, Any]
    sort: Sort
    after: Position | None
    page_size: int

    @classmethod
    def parse(cls, args: Mapping[str, Sequence[str]], merchants: Sequence[MerchantFacts]) -> OperationFilter:
        """Read a query's parameters; raises InvalidInput, or NotFound for a merchant that is not the caller's."""
        values = read_parameters(PARAMETERS, args, SORTS)
        mine = chosen(merchants, values.get("merchant"))
        return cls(mine, values, values["sort"], values.get("cursor"), values.get("page_size") or DEFAULT_PAGE)

    def page(self, session: Session) -> Page:
        """Return the next page (3 statements), each operation with its transaction."""
        ids, cursor = keys_of(
            session, Operation, self.sort, self._conditions, self.merchants, self.after, self.page_size
        )
        count, exact = count_of(session, Operation, self._conditions, self.merchants)
        statement = select(Operation).where(of_merchants(Operation, self.merchants), Operation.id.in_(ids))
        rows = session.scalars(statement.options(joinedload(Operation.transaction))).unique() if ids else ()
        return Page(in_order(ids, rows), cursor, count, exact)

    def _conditions(self, group: Sequence[MerchantFacts]) -> list[ColumnElement[bool]]:
        values = self.values
        conditions = [of_merchants(Operation, group)]
        for name in ("name", "status", "created_by"):
            if values.get(name) is not None:
                conditions.append(getattr(Operation, name) == values[name])
        return conditions + between(Operation.created_at, values.get("date_from"), values.get("date_to"), group)
