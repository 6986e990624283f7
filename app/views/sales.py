"""Transactions: the history of sales, each with what happened and what may be done now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlencode

from flask import abort, g, redirect, request
from flask_appbuilder.actions import action
from flask_babel import lazy_gettext

from ..extensions import db
from ..models import Transaction
from ..models.queries.keyset import ConditionsFor, Page
from ..models.queries.listing import ListFilter
from ..models.queries.remittance_lines import remittances_of
from ..models.queries.search import is_telephone
from ..models.queries.subtotals import added, of_order, subtotals
from ..models.queries.transactions import SHOWN, TransactionFilter
from ..plugin import Registry, registry
from ..ports import TransactionAction
from ..security.profiles import AMEND, AMEND_OWN, CANCEL, CANCEL_OWN, ENTER, READ, REMITTANCES
from ..web.links import here
from .action_links import bulk_url, status_of_refusal
from .customers import country_name
from .filtered import FilteredView
from .interface import LedgerInterface
from .operation_words import answered
from .sale_remittance import coming_of
from .sale_rows import HEADS, RECORD_LABELS, stacked
from .story import story_of
from .todo import ARGUMENT as TASK
from .todo import ByTask
from .watch import RiskHitView, seen

MOST_PERIODS = 120  # rows of subtotals by day; above it they are by month unless the days are asked for
SUMS, BY_DAY = "sums", "day"  # the argument that asks for them
# Who may do it to their own sale only sees the button too; the verb looks at the sale.
IN_ROWS = (
    "validate", "capture", "cancel", "refund", "duplicate", "force", "accept-challenge", "refuse-challenge", "amend",
)  # fmt: skip
#: Each leads to the form of its action; nothing is done by a key alone.
KEYS = {
    "refund": "r", "validate": "v", "cancel": "x", "accept-challenge": "a", "refuse-challenge": "r", "force": "f",
    "capture": "c", "duplicate": "d", "amend": "m", "move": "j", "hold": "h", "release": "h",
}  # fmt: skip
ALSO_OWN = {CANCEL: CANCEL_OWN, AMEND: AMEND_OWN}


class TransactionView(ByTask, FilteredView):  # type: ignore[override]  # a sentence of the request, not a constant
    """`/transactions`: the sales. Buttons are the registered actions, shown where the order desk allows them now."""

    route_base = "/transactions"
    datamodel = LedgerInterface(Transaction)
    rights: ClassVar[dict[str, str | frozenset[str]]] = {"can_list": READ, "can_show": READ}
    include_route_methods: ClassVar[set[str] | None] = {"list", "show", "action", "action_post"}
    list_title = lazy_gettext("Transactions")
    show_title = lazy_gettext("Transaction")
    related_views: ClassVar[list[Any]] = [RiskHitView]
    list_columns: ClassVar[list[str]] = [
        "created_at", "merchant_id", "order_number", "customer.name", "state", "amount", "brand", "capture_date", "currency",
    ]  # fmt: skip
    show_fieldsets: ClassVar[list[Any]] = [
        (
            lazy_gettext("Sale"),
            {"fields": ["order_number", "reference", "merchant_id", "state", "channel", "created_at", "created_by", "contract.number"]},
        ),
        (
            lazy_gettext("Amounts"),
            {
                "fields": [
                    "original_amount", "amount", "captured_amount", "refunded_amount", "reserved_amount", "refundable_amount",
                    "currency",
                ]
            },
        ),
        (
            lazy_gettext("Card"),
            {"fields": ["brand", "masked_pan", "card_expiry", "authorisation_id", "response_code", "acquirer_response_code"]},
        ),
        (
            lazy_gettext("Remittance"),
            {"fields": ["capture_mode", "capture_day", "shipping_date", "capture_date", "limit_date", "held", "capture_error", "bank_status"]},
        ),
        (
            lazy_gettext("Customer"),
            {
                "fields": [
                    "customer_id", "customer.name", "customer.telephone", "customer.email", "customer.address",
                    "customer.postal_code", "customer.country", "return_context", "note",
                ]
            },
        ),
        (lazy_gettext("Controls"), {"fields": ["complementary_code", "complementary_info"]}),
    ]  # fmt: skip
    filter_class = TransactionFilter
    own_arguments = (TASK, SUMS)
    words: ClassVar[Mapping[str, str]] = {"state": "state"}
    search_hint = lazy_gettext("Name, telephone, e-mail, order number or a part of it, reference, last four digits")
    label_columns: ClassVar[dict[str, Any]] = RECORD_LABELS
    list_labels: ClassVar[Mapping[str, Any]] = HEADS
    row_name = "reference"
    nothing_yet = lazy_gettext("No order has been taken yet.")
    show_template = "egestion/history/sale.html"
    actions_first = hides_empty = True  # of the record
    sorts: ClassVar[Mapping[str, type]] = {"created_at": datetime}
    base_order: ClassVar[tuple[str, str]] = ("created_at", "desc")
    column_kinds: ClassVar[dict[str, str]] = {
        "state": "state", "amount": "amount", "original_amount": "amount", "captured_amount": "amount",
        "refunded_amount": "amount", "reserved_amount": "amount", "refundable_amount": "amount", "reference": "code",
        "masked_pan": "code", "capture_day": "number", "bank_status": "state",
    }  # fmt: skip
    always_hidden: ClassVar[Sequence[str]] = ("currency",)
    loads: ClassVar[Sequence[Any]] = SHOWN  # what the desk looks at to say what is possible
    in_words: ClassVar[Sequence[str]] = ("channel", "capture_mode")
    row_actions: ClassVar[Sequence[str]] = ()
    action_keys: ClassVar[Mapping[str, str]] = KEYS

    def _init_properties(self) -> None:
        super()._init_properties()
        self.formatters_columns = self.formatters_columns | {
            "card_expiry": expiry, "customer.country": country_name, "complementary_info": seen,
        }  # fmt: skip

    def values_of(self, rows: Sequence[Any], columns: Sequence[str], wanted: ListFilter) -> Sequence[dict[str, Any]]:
        """Show the telephone below the name where it may be what was searched for."""
        return stacked(rows, super().values_of(rows, columns, wanted), is_telephone(wanted.values.get("q")))

    def widget_arguments(self, rows: Sequence[Any]) -> dict[str, Any]:
        """Say for each row which of its actions are possible now."""
        return {"rows_allowed": {row.id: allowed(row) for row in rows}}

    def below(self, wanted: ListFilter, page: Page, conditions: ConditionsFor) -> dict[str, Any]:
        """Add up what was found, where it was counted to the end."""
        if not page.rows or not page.count_is_exact:
            return {"unsummed": bool(page.rows)}
        parts = subtotals(db.session(), conditions, wanted.merchants)
        long = len(parts) > MOST_PERIODS
        monthly = long and request.args.get(SUMS) != BY_DAY
        if monthly:
            by_period = added(
                [replace(part, day=part.day and part.day.replace(day=1)) for part in parts], "day", "brand"
            )
        return {
            "totals": added(parts),
            "by_scheme": added(parts, "brand"),
            "by_period": by_period if monthly else parts,
            "monthly": monthly,
            "other_sums": here(**{SUMS: BY_DAY if monthly else None}) if long else None,
        }

    def first_step(self) -> dict[str, Any]:
        """Lead to the order page who may take an order."""
        if not g.actor.may(ENTER):
            return {}
        return {"href": "/counter", "label": lazy_gettext("Take the first one")}

    def _get_show_widget(
        self, pk: Any, item: Any, widgets: Any = None, actions: Any = None, show_fieldsets: Any = None
    ) -> Any:
        widgets = super()._get_show_widget(pk, item, widgets=widgets, show_fieldsets=show_fieldsets)
        possible = allowed(item)
        remittances = remittances_of(db.session(), item.operations)
        widgets["show"].template_args |= {
            "actions": {name: a for name, a in self.actions.items() if name in possible},
            "sale": item,
            "zone": item.merchant.zone,
            "story": story_of(item),
            "became": answered,
            "coming": coming_of(item, remittances),
            "remittances": remittances,
            "remittance_links": g.actor.may(REMITTANCES),
            **self._order(item),
        }
        return widgets

    @staticmethod
    def _order(sale: Transaction) -> dict[str, Any]:
        """The sums of the sale's order, when it has other sales too, and the list of them."""
        sums = of_order(db.session(), sale)
        if sum(part.count for part in sums) < 2:
            return {}
        query = urlencode({"merchant": sale.merchant.short_name, "order_number": sale.order_number})
        return {"order_sums": sums, "order_url": f"/transactions/list/?{query}"}


def expiry(stored: str | None) -> str:
    """Return a stored expiry (YYYYMM) as cards print it: MM/YY."""
    return f"{stored[4:]}/{stored[2:4]}" if stored else "–"


def allowed(sale: Transaction) -> list[str]:
    """Return the verbs possible now for the person of this request."""
    return registry().possible(g.actor, sale)


def transaction_view(known: Registry) -> type[TransactionView]:
    """Return the view with one FAB action for each registered action; its handler leads to the action's form."""
    members: dict[str, Any] = {f"act_{name.replace('-', '_')}": _action(found) for name, found in known.actions.items()}
    rights: dict[str, str | frozenset[str]] = dict(TransactionView.rights)
    for name, found in known.actions.items():
        rights[name] = frozenset({found.right, ALSO_OWN.get(found.right, found.right)})
    members |= {"rights": rights, "row_actions": tuple(name for name in known.actions if name in IN_ROWS)}
    # FAB names endpoint, permissions and template arguments after the class.
    return type("TransactionView", (TransactionView,), members)


def _action(found: TransactionAction) -> Callable[[Any, Any], Any]:
    def lead(_view: TransactionView, sale: Any) -> Any:
        if isinstance(sale, list):
            return redirect(bulk_url(found.name, [each.id for each in sale]), 303)
        if found.name not in allowed(sale):
            abort(status_of_refusal(found, sale.reference))
        return redirect(f"/transactions/{sale.id}/{found.name}", 303)

    handler: Callable[[Any, Any], Any] = action(found.name, found.label, None, multiple=found.bulk)(lead)
    return handler
