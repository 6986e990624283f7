"""FAB's access to a model, bounded: keys are read before they reach SQL, counts stop, nothing is read without a limit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from flask_appbuilder.models.filters import Filters
from flask_appbuilder.models.sqla.interface import SQLAInterface

from ..security.identity import parse_key
from ..web.listing import row_link
from .filters import LedgerFilters, OfParent, SettingsFilters

COUNTED = 10_000  # rows; beyond it a list says "more than"
LARGEST_PAGE = 100  # rows
LARGEST_CHOICE = 1_000  # rows of a drop-down
SALE = "transaction.reference"
LARGEST_SELECTION = 200  # rows a bulk action takes


class SafeFilters(Filters):
    """FAB's filters, whose operators are made once a table: FAB makes them anew for every column of every copy."""

    def __init__(self, converter: Any, datamodel: Any, search_columns: Any = None, search_filters: Any = None) -> None:
        self.search_columns = list(search_columns or ())
        self.filter_converter = converter
        self.datamodel = datamodel
        self.clear_filters()
        self._all_filters = datamodel.operators()
        self._search_filters = {
            name: self._all_filters[name] for name in self.search_columns if name in self._all_filters
        }

    def copy(self) -> SafeFilters:
        """Return the same with the same active filters."""
        return self.get_joined_filters(SafeFilters(self.filter_converter, self.datamodel))

    def get_joined_filters(self, filters: Any) -> SafeFilters:
        """Return one with the active filters of both."""
        joined = SafeFilters(self.filter_converter, self.datamodel, self.search_columns)
        joined.filters = [*self.filters, *filters.filters]
        joined.values = [*self.values, *filters.values]
        return joined


class SafeInterface(SQLAInterface):
    """For small tables: settings, people."""

    filter_converter_class = SettingsFilters
    FilterRelationOneToManyEqual = OfParent  # FAB's name for the filter of lists below a record
    loads: Sequence[Any] = ()  # loader options a record is read with

    @cached_property
    def _operators(self) -> dict[str, list[Any]]:
        converter = self.filter_converter_class(self)
        found = {name: converter.convert(name) for name in self.get_columns_list()}
        return {name: operators for name, operators in found.items() if operators}

    def operators(self) -> dict[str, list[Any]]:
        """Return the search operators of each column that has any."""
        return self._operators

    def is_nullable(self, col_name: str) -> bool:
        """Say so of boxes too: FAB would demand a tick in every box whose column is not nullable."""
        return bool(self.is_boolean(col_name) or super().is_nullable(col_name))

    def get_filters(self, search_columns: Any = None, search_filters: Any = None) -> SafeFilters:
        """Return an empty set of filters."""
        return SafeFilters(self.filter_converter_class, self, search_columns)

    def get(self, id: Any, filters: Any = None, *args: Any, **more: Any) -> Any:
        """Return the row of a key as it stands in an address, None for what is no key or out of scope."""
        key = parse_key(id)
        if key is None:
            return None
        query = self.apply_filters(self.session.query(self.obj), filters)
        return query.options(*self.loads).filter(self.get_pk() == key).one_or_none()

    def get_many(self, keys: Iterable[object], filters: Any = None) -> list[Any] | None:
        """Return the rows of these keys in their order; None when one of them is no key or out of scope."""
        wanted = [parse_key(key) for key in keys]
        if None in wanted:
            return None
        query = self.apply_filters(self.session.query(self.obj), filters).filter(self.get_pk().in_(wanted))
        found = {self.get_pk_value(row): row for row in query.limit(LARGEST_SELECTION + 1)}
        return [found[key] for key in wanted] if all(key in found for key in wanted) else None

    def get_related_obj(self, col_name: str, value: Any) -> Any:
        """Return the related row of a key as it stands in an address, None likewise. By SELECT: the walls see it."""
        key = parse_key(value)
        model = self.get_related_model(col_name)
        if key is None:
            return None
        return self.session.query(model).filter(self.get_pk(model) == key).one_or_none()

    def query_count(self, query: Any, filters: Any = None, select_columns: Any = None) -> int:
        """Count as far as COUNTED + 1."""
        bounded = self.apply_filters(query, filters).with_entities(self.get_pk()).limit(COUNTED + 1)
        return int(bounded.count())

    def query(
        self,
        filters: Any = None,
        order_column: str = "",
        order_direction: str = "",
        page: int | None = None,
        page_size: int | None = None,
        *args: Any,
        **more: Any,
    ) -> tuple[int, list[Any]]:
        """Return count and rows; without a page size (drop-downs) the first LARGEST_CHOICE."""
        size = min(page_size or LARGEST_CHOICE, LARGEST_CHOICE)
        count, rows = super().query(filters, order_column, order_direction, page, size, *args, **more)
        return count, list(rows)


class LedgerInterface(SafeInterface):
    """For tables that grow with every sale. `keys` names columns that hold what people type levelled for search."""

    filter_converter_class = LedgerFilters

    def __init__(self, obj: Any, keys: Mapping[str, Callable[[str], str]] | None = None) -> None:
        self.keys = dict(keys or {})
        super().__init__(obj)

    @staticmethod
    def _get_attr_value(item: Any, col: str) -> Any:
        """The name of another row's sale leads to it, for everybody: who sees these rows sees the sale."""
        value = SafeInterface._get_attr_value(item, col)
        return row_link(f"/transactions/show/{item.transaction_id}", value) if col == SALE and value else value
