"""What all lists share: a filter read from a query by one table of fields, and its pages."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from ...domain.fields import Field
from .cursor import Position
from .keyset import Conditions, ConditionsFor, Page, Sort, count_of, in_order, keys_of
from .merchants import MerchantFacts, chosen
from .parameters import DEFAULT_PAGE, read_parameters


@dataclass(frozen=True, slots=True)
class ListFilter(ABC):
    """Which rows of a model, of which merchants, in which order, from where on. Subclasses say the first four."""

    model: ClassVar[Any]
    fields: ClassVar[tuple[Field, ...]]
    sorts: ClassVar[Mapping[str, Sort]]  # the first is the default

    merchants: tuple[MerchantFacts, ...]
    values: Mapping[str, Any]
    sort: Sort
    place: Position | None
    page_size: int

    @classmethod
    def parse(cls, args: Mapping[str, Sequence[str]], merchants: Sequence[MerchantFacts]) -> Self:
        """Read a query's parameters for a caller of these merchants.

        Raises InvalidInput naming every wrong parameter, NotFound for a merchant that is not among them, NoSuchPage for a
        cursor of another list or order.
        """
        values = read_parameters(cls.fields, args, cls.sorts)
        mine = chosen(merchants, values.get("merchant"))
        return cls(mine, values, values["sort"], values.get("cursor"), values.get("page_size") or DEFAULT_PAGE)

    @abstractmethod
    def of_group(self, group: Sequence[MerchantFacts]) -> list[ColumnElement[bool]]:
        """Return the conditions on rows of merchants that share a zone."""

    @abstractmethod
    def rows(self, session: Session, ids: Sequence[int]) -> Iterable[Any]:
        """Return the rows of these ids, in any order, with what showing them reads."""

    def conditions(self, session: Session, also: Conditions = ()) -> ConditionsFor:
        """Return all conditions by group of merchants; `also` narrows further."""
        return lambda group: [*self.of_group(group), *also]

    def page(self, session: Session, conditions: ConditionsFor | None = None) -> Page:
        """Return the page at the filter's place, of rows that meet the conditions (default: the filter's own)."""
        narrowed = conditions or self.conditions(session)
        keys = keys_of(session, self.model, self.sort, narrowed, self.merchants, self.place, self.page_size)
        count, exact = self.count(session, narrowed)
        found = in_order(keys.ids, self.rows(session, keys.ids)) if keys.ids else []
        return Page(found, keys.next, count, exact, keys.previous)

    def count(self, session: Session, conditions: ConditionsFor) -> tuple[int, bool]:
        """Return how many rows there are, counted up to a bound, and whether that is all of them."""
        return count_of(session, self.model, conditions, self.merchants)
