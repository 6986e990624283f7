"""Remittances: the list, each one's page with its lines and sums, and the same on paper."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar

from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import lazy_gettext
from sqlalchemy import select

from ..domain.errors import InvalidInput
from ..domain.states import OperationName
from ..extensions import db
from ..models import Merchant, Remittance
from ..models.queries.parameters import NoSuchPage, without_blanks
from ..models.queries.remittance_lines import (
    LineFilter,
    Total,
    all_lines,
    neighbours,
    not_done,
    remittance_numbered,
    totals_of,
)
from ..models.queries.remittances import RemittanceFilter, Sums, sums_of
from ..security.identity import parse_key
from ..security.profiles import REMITTANCES
from .base import Rights
from .filtered import FilteredView
from .interface import LedgerInterface
from .merchants_seen import merchants_seen
from .operation_words import answered
from .pager import pager_of

SUMMED = ("debit_amount", "credit_amount", "net_amount", "lines")


class RemittanceInterface(LedgerInterface):
    """Remittances with the sums of what the bank has done so far; a row's own are written when it is closed."""

    def get_values(self, lst: Sequence[Any], list_columns: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Return the values of a list's rows, all sums by one statement."""
        sums = sums_of(db.session(), lst)
        for row in lst:
            yield {name: self._summed(row, name, sums[row.id]) for name in list_columns}

    def _summed(self, row: Any, name: str, sums: Sums) -> Any:
        return getattr(sums, name) if name in SUMMED else self._get_attr_value(row, name)


class RemittanceView(FilteredView):
    """`/remittances`: per contract and day, numbered without gaps; the lines are operations."""

    route_base = "/remittances"
    datamodel = RemittanceInterface(Remittance)
    rights: ClassVar[Rights] = {"can_list": REMITTANCES, "can_show": REMITTANCES}
    include_route_methods: ClassVar[set[str] | None] = {"list", "show", "paper"}
    list_title = lazy_gettext("Remittances")
    nothing_yet = lazy_gettext("Nothing has been remitted yet.")
    list_columns: ClassVar[list[str]] = [
        "day", "merchant_id", "contract.number", "number", "state", "lines", "debit_amount", "credit_amount", "net_amount",
        "contract.currency",
    ]  # fmt: skip
    filter_class = RemittanceFilter
    words: ClassVar[Mapping[str, str]] = {"state": "remittance"}
    sorts: ClassVar[Mapping[str, type]] = {"day": date}
    base_order: ClassVar[tuple[str, str]] = ("day", "desc")
    column_kinds: ClassVar[dict[str, str]] = {
        "state": "remittance", "debit_amount": "amount", "credit_amount": "amount", "net_amount": "amount",
        "contract.number": "code",
    }  # fmt: skip
    row_name = "number"
    currency_column = "contract.currency"
    always_hidden: ClassVar[Sequence[str]] = ("contract.currency",)

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        """Show a remittance: what it is, what is not done, its sums, and a page of its lines."""
        row = remittance_numbered(db.session(), parse_key(pk))
        given = without_blanks(dict(self._given()))
        given.pop("back", None)
        wanted = _lines_wanted(given, row)
        self.update_redirect()
        page = wanted.page(db.session())
        before, after = neighbours(db.session(), row)
        return self.render_template(
            "egestion/remittances/show.html",
            list_url=self.back_to_list("/remittances/list/"),
            before=before,
            after=after,
            lines=page.rows,
            pager=pager_of(wanted, page),
            **_facts(row),
        )

    @expose("/print/<pk>", methods=["GET"])
    @has_access
    @permission_name("show")
    def paper(self, pk: str) -> Any:
        """Show a remittance with all its lines, to print."""
        row = remittance_numbered(db.session(), parse_key(pk))
        return self.render_template(
            "egestion/remittances/print.html", lines=all_lines(db.session(), row), **_facts(row)
        )


def _lines_wanted(given: Mapping[str, Sequence[str]], row: Remittance) -> LineFilter:
    mine = [each for each in merchants_seen() if each.id == row.merchant_id]
    try:
        found = LineFilter.parse(given, mine)
    except (NoSuchPage, InvalidInput):  # an address somebody mended by hand: the first page
        found = LineFilter.parse({}, mine)
    return replace(found, of=row)


def _facts(row: Remittance) -> dict[str, Any]:
    """What page and paper both say of a remittance."""
    sums = sums_of(db.session(), [row])[row.id]
    seen = {each.id: each for each in merchants_seen()}
    return {
        "title": lazy_gettext("Remittance %(number)s", number=f"{row.contract.number}-{row.number}"),
        "remittance": row,
        "merchant": seen[row.merchant_id],
        "merchant_name": db.session.scalar(select(Merchant.name).where(Merchant.id == row.merchant_id)),
        "several": len(seen) > 1,
        "zone": seen[row.merchant_id].zone,
        "currency": row.contract.currency,
        "sums": sums,
        "credit": row.contract.credit_of(row.day) if sums.net_amount else None,
        "troubles": not_done(db.session(), row),
        "totals": sorted(totals_of(db.session(), row), key=_sales_first),
        "became": answered,
    }


def _sales_first(total: Total) -> tuple[bool, str]:
    return total.name == OperationName.CREDIT, total.brand
