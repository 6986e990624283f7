"""A list read by the API's own filter: its form, its order, its pages; nothing of FAB's search."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar
from urllib.parse import urlencode

from flask import g, make_response, redirect, request
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_babel import lazy_gettext
from werkzeug.datastructures import MultiDict

from ..domain.errors import FieldError, InvalidInput
from ..extensions import db
from ..models.queries.keyset import ConditionsFor, Page
from ..models.queries.listing import ListFilter
from ..models.queries.parameters import NoSuchPage, without_blanks
from ..web.formats import locale_code
from ..web.links import here
from ..web.refusals import field_sentences
from .filter_form import TYPED, FilterForm, filter_form, read_amounts
from .ledger import LedgerView
from .merchants_seen import merchants_seen, zones_seen, zones_to_name
from .misplaced_cards import MISPLACED
from .pager import pager_of

Given = Mapping[str, Sequence[str]]


class FilteredView(LedgerView):
    """`filter_class` is the API's; the list's address has the API's parameters, and `own_arguments` of its own."""

    names_cards: ClassVar[bool] = True
    filter_class: ClassVar[type[ListFilter]]
    own_arguments: ClassVar[Sequence[str]] = ()
    words: ClassVar[Mapping[str, str]] = {}  # the table of words of a parameter's codes (app/web/labels.py)
    list_template = "egestion/history/list.html"
    search_columns: ClassVar[list[str]] = ["id"]  # FAB's search is not used; none named would be all
    search_hint: Any = None
    form_labels: ClassVar[Mapping[str, Any]] = MappingProxyType({})  # of filters that mean another thing than elsewhere
    list_labels: ClassVar[Mapping[str, Any]] = MappingProxyType(
        {}
    )  # of heads that say another thing than a record's page
    row_name: ClassVar[str] = ""  # the column a row's ticks and buttons are named by, shown or not; else its first
    nothing_yet: ClassVar[Any] = lazy_gettext("Nothing has happened yet.")

    @expose("/list/")
    @has_access
    def list(self) -> Any:
        """Show a page of what the address asks for, or the form with what is wrong beside its fields."""
        given = self._given()
        problems: Sequence[FieldError] = ()
        if TYPED in request.args:
            language = request.args[TYPED] if request.args[TYPED] in ("fr", "en") else locale_code()
            read, problems = read_amounts(self.filter_class.fields, given, language)
            if MISPLACED in g:
                given = read
            elif not problems:
                return redirect(self._address(read))
        if MISPLACED in g:
            return self._page(given, g.pop(MISPLACED), status=422)
        extra = self.narrowed()
        try:
            wanted = self._parse(given, problems)
        except InvalidInput as error:
            return self._page(given, field_sentences(error))
        self.update_redirect()
        conditions = wanted.conditions(db.session(), extra)
        page = wanted.page(db.session(), conditions)
        return self._page(given, {}, wanted, page, self.below(wanted, page, conditions))

    def below(self, wanted: ListFilter, page: Page, conditions: ConditionsFor) -> dict[str, Any]:
        """Override to give the page more that is about all rows found."""
        return {}

    def _given(self) -> Given:
        """The parameters of the API in the address, without the inputs that were left empty."""
        args = without_blanks(request.args.to_dict(flat=False))
        return {name: texts for name, texts in args.items() if name not in (*self.own_arguments, TYPED)}

    def _own(self) -> MultiDict[str, str]:
        return MultiDict((name, request.args[name]) for name in self.own_arguments if name in request.args)

    def _address(self, given: Given) -> str:
        pairs = [(name, text) for name, texts in given.items() for text in texts] + list(self._own().items())
        return request.path + ("?" + urlencode(pairs) if pairs else "")

    def _parse(self, given: Given, problems: Sequence[FieldError]) -> ListFilter:
        """Read the filter. A cursor of another order begins anew: people change the order in the middle."""
        wrong = {error.field for error in problems}
        readable = {name: texts for name, texts in given.items() if name not in wrong}
        try:
            wanted = self.filter_class.parse(readable, merchants_seen())
        except NoSuchPage:
            begun = {name: texts for name, texts in readable.items() if name != "cursor"}
            wanted = self.filter_class.parse(begun, merchants_seen())
        except InvalidInput as error:
            raise InvalidInput([*problems, *error.errors]) from None
        if problems:
            raise InvalidInput([*problems])
        return wanted

    def _page(
        self,
        given: Given,
        errors: Mapping[str, str],
        wanted: ListFilter | None = None,
        page: Page | None = None,
        more: Mapping[str, Any] | None = None,
        status: int = 400,
    ) -> Any:
        form = filter_form(
            self.filter_class.fields, given, errors, merchants_seen(), self.words, self._own(), self.form_labels
        )
        widgets = {"list": self._list_of(wanted, page)} if wanted and page and page.rows else {}
        answer = self.render_template(
            self.list_template,
            title=self.list_title,
            view=self,
            widgets=widgets,
            form=form,
            pager=pager_of(wanted, page) if wanted and page and not page.rows else {},
            empty=self._empty(form) if page and not page.rows else None,
            amounts_in=locale_code()[:2],
            **(more or {}),
        )
        return make_response(answer, status if errors else 200)

    def values_of(self, rows: Sequence[Any], columns: Sequence[str], wanted: ListFilter) -> Sequence[dict[str, Any]]:
        """Override where a row's value is not shown as it stands."""
        return [*self.datamodel.get_values(rows, list(columns))]

    def _list_of(self, wanted: ListFilter, page: Page) -> Any:
        rows, columns = page.rows, self.list_columns
        return self.list_widget(
            label_columns={**self.label_columns, **self.list_labels},
            include_columns=columns,
            value_columns=self.values_of(rows, [*columns, *({self.row_name, "merchant_id"} - {"", *columns})], wanted),
            order_columns=[name for name in columns if name in self.filter_class.sorts],
            sorted_by=wanted.sort.name,
            formatters_columns=self.formatters_columns,
            pager=pager_of(wanted, page),
            page=None,
            page_size=wanted.page_size,
            count=len(rows),
            pks=self.datamodel.get_keys(rows),
            actions=self.actions,
            filters=self._filters,
            modelview_name=type(self).__name__,
            show_arguments={"back": here()},
            zones=zones_seen(),
            zones_named=zones_to_name(),
            **self.widget_arguments(rows),
        )

    def _empty(self, form: FilterForm) -> dict[str, Any]:
        """What an empty list says, and the way on."""
        if form.narrowed and not form.asked:
            return {
                "title": lazy_gettext("Nothing of this kind waits now."),
                "href": request.path,
                "label": lazy_gettext("Show the whole list"),
            }
        if form.narrowed:
            return {
                "title": lazy_gettext("No record matches."),
                "text": lazy_gettext("Look in a longer period, or with fewer filters."),
                "href": request.path,
                "label": lazy_gettext("Clear the filters"),
            }
        return {"title": self.nothing_yet} | self.first_step()

    def first_step(self) -> dict[str, Any]:
        """Override to lead to where the first row comes from."""
        return {}
