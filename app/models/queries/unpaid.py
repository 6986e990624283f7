"""Unpaid sales, newest first (interface.md `GET /unpaid`)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, joinedload

from ...domain.field_kinds import choice
from ...domain.fields import Field
from ..unpaid import STAGES, Unpaid
from .keyset import Sort, of_merchants
from .listing import ListFilter
from .merchants import MerchantFacts
from .parameters import MERCHANT, PAGING

NEWEST = Sort("-id", Unpaid.id, int, True)
SORTS: Mapping[str, Sort] = MappingProxyType({NEWEST.name: NEWEST})
PARAMETERS = (MERCHANT, Field("stage", choice(STAGES)), *PAGING)


class UnpaidFilter(ListFilter):
    """Which unpaid, of which merchants, from where on."""

    model: ClassVar[Any] = Unpaid
    fields = PARAMETERS
    sorts = SORTS

    def rows(self, session: Session, ids: Sequence[int]) -> Iterable[Any]:
        """Return the unpaid of these ids, each with the sale it belongs to, where that is known (one statement)."""
        statement = select(Unpaid).where(of_merchants(Unpaid, self.merchants), Unpaid.id.in_(ids))
        return session.scalars(statement.options(joinedload(Unpaid.transaction))).unique()

    def of_group(self, group: Sequence[MerchantFacts]) -> list[ColumnElement[bool]]:
        """Return the conditions on rows of merchants that share a zone."""
        conditions = [of_merchants(Unpaid, group)]
        if self.values.get("stage") is not None:
            conditions.append(Unpaid.stage == self.values["stage"])
        return conditions
