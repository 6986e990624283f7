"""Unpaid sales, newest first (interface.md `GET /unpaid`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from ...domain.field_kinds import choice
from ...domain.fields import Field
from ..unpaid import STAGES, Unpaid
from .cursor import Position
from .keyset import Page, Sort, count_of, in_order, keys_of, of_merchants
from .merchants import MerchantFacts, chosen
from .parameters import DEFAULT_PAGE, MERCHANT, PAGING, read_parameters

NEWEST = Sort("-id", Unpaid.id, int, True)
SORTS: Mapping[str, Sort] = MappingProxyType({NEWEST.name: NEWEST})
PARAMETERS = (MERCHANT, Field("stage", choice(STAGES)), *PAGING)


@dataclass(frozen=True, slots=True)
class UnpaidFilter:
    """Which unpaid, of which merchants, from where on."""

    merchants: tuple[MerchantFacts, ...]
    values: Mapping[str, Any]
    after: Position | None
    page_size: int

    @classmethod
    def parse(cls, args: Mapping[str, Sequence[str]], merchants: Sequence[MerchantFacts]) -> UnpaidFilter:
        """Read a query's parameters; raises InvalidInput, or NotFound for a merchant that is not the caller's."""
        values = read_parameters(PARAMETERS, args, SORTS)
        mine = chosen(merchants, values.get("merchant"))
        return cls(mine, values, values.get("cursor"), values.get("page_size") or DEFAULT_PAGE)

    def page(self, session: Session) -> Page:
        """Return the next page (3 statements), each with the sale it belongs to, where that is known."""
        ids, cursor = keys_of(session, Unpaid, NEWEST, self._conditions, self.merchants, self.after, self.page_size)
        count, exact = count_of(session, Unpaid, self._conditions, self.merchants)
        statement = select(Unpaid).where(of_merchants(Unpaid, self.merchants), Unpaid.id.in_(ids))
        rows = session.scalars(statement.options(joinedload(Unpaid.transaction))).unique() if ids else ()
        return Page(in_order(ids, rows), cursor, count, exact)

    def _conditions(self, group: Sequence[MerchantFacts]) -> list[ColumnElement[bool]]:
        conditions = [of_merchants(Unpaid, group)]
        if self.values.get("stage") is not None:
            conditions.append(Unpaid.stage == self.values["stage"])
        return conditions
