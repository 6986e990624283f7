"""FAB's access to a model, bounded: keys are read before they reach SQL, counts stop, nothing is read without a limit."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flask_appbuilder.models.sqla.interface import SQLAInterface

from ..security.identity import parse_key
from .filters import LedgerFilters, SettingsFilters

COUNTED = 10_000  # rows; beyond it a list says "more than"
LARGEST_PAGE = 100  # rows
LARGEST_CHOICE = 1_000  # rows of a drop-down
LARGEST_SELECTION = 200  # rows a bulk action takes


class SafeInterface(SQLAInterface):
    """For small tables: settings, people."""

    filter_converter_class = SettingsFilters

    def get(self, id: Any, filters: Any = None, *args: Any, **more: Any) -> Any:
        """Return the row of a key as it stands in an address, None for what is no key or out of scope."""
        key = parse_key(id)
        return None if key is None else super().get(key, filters, *args, **more)

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
    """For tables that grow with every sale."""

    filter_converter_class = LedgerFilters
