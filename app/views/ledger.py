"""Lists and records of what happened: to look at only, in pages by key, whatever the size of the table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from flask import abort, request
from flask_appbuilder.forms import DynamicForm
from sqlalchemy import ColumnElement, inspect, select
from sqlalchemy.orm import joinedload

from ..extensions import db
from ..models.queries.cursor import Position, read_cursor
from ..models.queries.keyset import Keys, Sort, count_of, in_order, keys_of, of_merchants
from ..models.queries.merchants import MerchantFacts
from ..web.links import here
from .base import SafeView
from .code_words import in_words
from .columns import LABELS
from .filter_form import zone_words
from .interface import LARGEST_PAGE
from .merchants_seen import merchant_name, merchants_seen, zone_to_name, zones_seen, zones_to_name

AFTER = "after"  # the argument that holds where the page before ended


class LedgerView(SafeView):
    """List and show. `sorts` names the sortable columns and the type of their values; each has its index.

    The list is read by models.queries.keyset: one index walk a merchant, a count that stops, no OFFSET.
    """

    base_permissions: ClassVar[list[str]] = ["can_list", "can_show"]
    include_route_methods: ClassVar[set[str] | None] = {"list", "show"}
    add_form = edit_form = DynamicForm  # never shown: FAB would build one of every column
    sorts: ClassVar[Mapping[str, type]] = {"id": int}
    base_order: ClassVar[tuple[str, str]] = ("id", "desc")
    label_columns: ClassVar[dict[str, Any]] = LABELS
    in_words: ClassVar[Sequence[str]] = ()  # columns of codes
    always_hidden: ClassVar[Sequence[str]] = ()
    loads: ClassVar[Sequence[Any]] = ()  # loader options beyond what the columns need
    page_size = 50

    def _init_properties(self) -> None:
        self.formatters_columns = {"merchant_id": merchant_name} | in_words(*self.in_words)
        super()._init_properties()
        self.order_columns = [name for name in self.sorts if name in self.list_columns]  # none: FAB would take all
        model = self.datamodel.obj
        shown = [joinedload(getattr(model, name)) for name in relations_in(model, self.show_columns)]
        self.datamodel.loads = [*shown, *self.loads]

    @property
    def hidden_columns(self) -> list[str]:
        """The merchant is told only to people of several."""
        return [*self.always_hidden, *self.hidden_facts]

    @property
    def hidden_facts(self) -> Sequence[str]:
        """What a record's page does not say: the merchant, to people of one."""
        several = request and len(merchants_seen()) > 1
        return () if several else ("merchant_id",)

    def _get_list_widget(
        self,
        filters: Any,
        actions: Any = None,
        order_column: str = "",
        order_direction: str = "",
        page: int | None = None,
        page_size: int | None = None,
        widgets: Any = None,
        **kwargs: Any,
    ) -> Any:
        """Read one page. Inside another record (FAB's related views) it is the first one, without a pager."""
        size = min(page_size or self.page_size, LARGEST_PAGE)
        if page or size < 1:
            abort(400)  # pages have no numbers here
        if not order_column:
            order_column, order_direction = self.base_order
        elif order_column not in self.order_columns:
            abort(400)
        sort = self._sort(order_column, order_direction == "desc")
        own_page = filters is self._filters
        after = self._position(sort) if own_page else None
        conditions = conditions_of(self.datamodel.obj, filters.get_joined_filters(self._base_filters))
        if own_page:
            conditions += self.narrowed()
        rows, keys = self._read(sort, conditions, after, size)
        pager: dict[str, Any] = {}
        if own_page:
            count, exact = self._count(conditions)
            pager = {
                "count": count,
                "exact": exact,
                "first": here(**{AFTER: None}) if keys.previous else None,
                "previous": here(**{AFTER: keys.previous}) if keys.previous else None,
                "next": here(**{AFTER: keys.next}) if keys.next else None,
            }
        # Below its own sale a row does not name it.
        kept = self.list_columns if own_page else self.always_hidden
        columns = [name for name in self.list_columns if name in kept or not name.startswith("transaction.")]
        widgets = widgets or {}
        widgets["list"] = self.list_widget(
            label_columns=self.label_columns,
            include_columns=columns,
            value_columns=list(self.datamodel.get_values(rows, [*columns, *({"merchant_id"} - {*columns})])),
            order_columns=self.order_columns if own_page else [],
            formatters_columns=self.formatters_columns,
            page=None,
            page_size=size,
            count=len(rows),
            pks=self.datamodel.get_keys(rows),
            actions=actions or self.actions,
            filters=filters,
            modelview_name=type(self).__name__,
            pager=pager,
            zones=zones_seen(),
            zones_named=zones_to_name(),
            **self.widget_arguments(rows),
        )
        return widgets

    def _get_show_widget(self, pk: Any, item: Any, *args: Any, **more: Any) -> Any:
        widgets = super()._get_show_widget(pk, item, *args, **more)
        zone = zones_seen().get(item.merchant_id)
        widgets["show"].template_args |= {"own_zone": zone, "own_zone_name": zone_to_name(zone)}
        return widgets

    def _get_search_widget(self, *args: Any, **more: Any) -> Any:
        widgets = super()._get_search_widget(*args, **more)
        widgets["search"].template_args["days"] = zone_words(merchants_seen())
        return widgets

    def narrowed(self) -> list[ColumnElement[bool]]:
        """Override to show only some rows, by an argument that is no filter of FAB's."""
        return []

    def widget_arguments(self, rows: Sequence[Any]) -> dict[str, Any]:
        """Override to give the list's template more."""
        return {}

    def _sort(self, column: str, descending: bool) -> Sort:
        name = f"{type(self).__name__}.{column}.{'desc' if descending else 'asc'}"
        attribute = getattr(self.datamodel.obj, column)
        return Sort(name, attribute, self.sorts[column], descending, self.datamodel.is_nullable(column))

    @staticmethod
    def _position(sort: Sort) -> Position | None:
        """Where the page before ended. A cursor of another order begins anew: people change it in the middle."""
        text = request.args.get(AFTER)
        if text is None:
            return None
        try:
            return read_cursor(text, sort.name, sort.kinds)
        except ValueError:
            return None

    def _read(
        self, sort: Sort, conditions: Sequence[ColumnElement[bool]], after: Position | None, size: int
    ) -> tuple[list[Any], Keys]:
        model, session, merchants = self.datamodel.obj, db.session(), merchants_seen()

        def of_group(group: Sequence[MerchantFacts]) -> list[ColumnElement[bool]]:
            return [of_merchants(model, group), *conditions]

        keys = keys_of(session, model, sort, of_group, merchants, after, size)
        if not keys.ids:
            return [], keys
        query = select(model).where(model.id.in_(keys.ids), of_merchants(model, merchants))
        query = query.options(*[joinedload(getattr(model, name)) for name in relations_in(model, self.list_columns)])
        query = query.options(*self.loads)
        return in_order(keys.ids, session.scalars(query)), keys

    def _count(self, conditions: Sequence[ColumnElement[bool]]) -> tuple[int, bool]:
        model = self.datamodel.obj
        return count_of(db.session(), model, lambda group: [of_merchants(model, group), *conditions], merchants_seen())


def relations_in(model: Any, columns: Iterable[str]) -> list[str]:
    """Return the relations that dotted columns go through."""
    known = inspect(model).relationships
    return [name for name in dict.fromkeys(column.split(".")[0] for column in columns) if name in known]


def conditions_of(model: Any, filters: Any) -> list[ColumnElement[bool]]:
    """Return FAB's filters as conditions."""
    narrowed = filters.apply_all(select(model.id))
    return [] if narrowed.whereclause is None else [narrowed.whereclause]
