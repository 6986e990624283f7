"""Transactions, their operations and events, customers: what happened, and what may be done now."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from flask import abort, g, redirect
from flask_appbuilder.actions import action
from flask_babel import lazy_gettext

from ..domain.brands import BRANDS
from ..domain.states import STORED, OperationName, OperationStatus
from ..models import Customer, Operation, Transaction, TransactionEvent
from ..models.queries.transactions import SHOWN
from ..models.search_keys import email_key, name_key, order_key, telephone_key
from ..models.transaction import CHANNELS
from ..plugin import Registry, registry
from ..ports import TransactionAction
from ..security.profiles import AMEND, AMEND_OWN, CANCEL, CANCEL_OWN, READ
from .action_links import bulk_url
from .base import Rights
from .columns import search_choice
from .interface import LedgerInterface
from .ledger import LedgerView
from .operation_words import OperationInterface
from .todo import ByTask
from .watch import RiskHitView

# Who may do it to their own sale only sees the button too; the verb looks at the sale.
IN_ROWS = ("validate", "capture", "cancel", "refund", "force", "accept-challenge", "refuse-challenge")
ALSO_OWN = {CANCEL: CANCEL_OWN, AMEND: AMEND_OWN}


class OperationView(LedgerView):
    """`/operations`: everything done or asked, by its own date."""

    route_base = "/operations"
    datamodel = OperationInterface(Operation)
    rights: ClassVar[Rights] = {"can_list": READ, "can_show": READ}
    list_title = lazy_gettext("Operations")
    show_title = lazy_gettext("Operation")
    list_columns: ClassVar[list[str]] = [
        "created_at", "merchant_id", "transaction.reference", "transaction.order_number", "name", "status", "amount",
        "answered", "created_by", "transaction.currency",
    ]  # fmt: skip
    show_columns: ClassVar[list[str]] = [
        "transaction.reference", "sequence", "name", "status", "answered", "amount", "new_state", "reason", "note", "response_code",
        "acquirer_response_code", "authorisation_id", "created_at", "created_by", "approved_by", "settled_at",
        "transaction.currency",
    ]  # fmt: skip
    search_columns: ClassVar[list[str]] = ["created_at", "name", "status", "created_by"]
    search_form_extra_fields: ClassVar[dict[str, Any]] = {
        "name": search_choice("name", OperationName, "operation"),
        "status": search_choice("status", OperationStatus, "status"),
    }
    sorts: ClassVar[Mapping[str, type]] = {"created_at": datetime, "name": str, "status": str}
    base_order: ClassVar[tuple[str, str]] = ("created_at", "desc")
    column_kinds: ClassVar[dict[str, str]] = {
        "name": "operation", "status": "status", "amount": "amount", "new_state": "state", "transaction.reference": "code",
    }  # fmt: skip
    currency_column = "transaction.currency"
    always_hidden: ClassVar[Sequence[str]] = ("transaction.currency",)


class EventView(LedgerView):
    """`/events`: states and amounts before and after, append-only."""

    route_base = "/events"
    datamodel = LedgerInterface(TransactionEvent)
    rights: ClassVar[Rights] = {"can_list": READ, "can_show": READ}
    list_title = lazy_gettext("Events")
    show_title = lazy_gettext("Event")
    list_columns: ClassVar[list[str]] = [
        "at",
        "merchant_id",
        "transaction.reference",
        "kind",
        "from_state",
        "to_state",
        "actor",
    ]
    show_columns: ClassVar[list[str]] = ["at", "transaction.reference", "kind", "from_state", "to_state", "actor"]
    search_columns: ClassVar[list[str]] = ["at"]
    sorts: ClassVar[Mapping[str, type]] = {"at": datetime}
    base_order: ClassVar[tuple[str, str]] = ("at", "desc")
    column_kinds: ClassVar[dict[str, str]] = {
        "kind": "event", "from_state": "state", "to_state": "state", "transaction.reference": "code",
    }  # fmt: skip


class CustomerView(LedgerView):
    """`/customers`: one row per order or amendment that names a customer."""

    route_base = "/customers"
    datamodel = LedgerInterface(
        Customer, {"name_key": name_key, "telephone_key": telephone_key, "email_key": email_key}
    )
    rights: ClassVar[Rights] = {"can_list": READ, "can_show": READ}
    list_title = lazy_gettext("Customers")
    show_title = lazy_gettext("Customer")
    list_columns: ClassVar[list[str]] = ["name", "merchant_id", "telephone", "email", "postal_code", "created_at"]
    show_columns: ClassVar[list[str]] = [
        "name",
        "telephone",
        "email",
        "address",
        "postal_code",
        "country",
        "created_at",
    ]
    search_columns: ClassVar[list[str]] = ["name_key", "telephone_key", "email_key"]
    column_kinds: ClassVar[dict[str, str]] = {"telephone": "code", "email": "code"}


class TransactionView(ByTask, LedgerView):  # type: ignore[override]  # a sentence of the request, not a constant
    """`/transactions`: the sales. Buttons are the registered actions, shown where the order desk allows them now."""

    route_base = "/transactions"
    datamodel = LedgerInterface(Transaction, {"order_key": order_key})
    rights: ClassVar[dict[str, str | frozenset[str]]] = {"can_list": READ, "can_show": READ}
    include_route_methods: ClassVar[set[str] | None] = {"list", "show", "action", "action_post"}
    list_title = lazy_gettext("Transactions")
    show_title = lazy_gettext("Transaction")
    show_template = "egestion/counter/sale.html"
    related_views: ClassVar[list[Any]] = [OperationView, EventView, RiskHitView]
    list_columns: ClassVar[list[str]] = [
        "created_at", "merchant_id", "reference", "order_number", "state", "amount", "brand", "masked_pan", "capture_date",
        "created_by", "currency",
    ]  # fmt: skip
    show_fieldsets: ClassVar[list[Any]] = [
        (
            lazy_gettext("Sale"),
            {"fields": ["reference", "order_number", "state", "channel", "created_at", "created_by", "contract.number"]},
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
            {"fields": ["capture_mode", "capture_day", "capture_date", "limit_date", "held", "capture_error", "bank_status"]},
        ),
        (
            lazy_gettext("Customer"),
            {"fields": ["customer_id", "customer.name", "customer.telephone", "customer.email", "return_context", "note"]},
        ),
        (lazy_gettext("Controls"), {"fields": ["complementary_code", "complementary_info"]}),
    ]  # fmt: skip
    search_columns: ClassVar[list[str]] = [
        "created_at", "reference", "order_key", "state", "brand", "channel", "last4", "created_by", "customer_id",
    ]  # fmt: skip
    search_form_extra_fields: ClassVar[dict[str, Any]] = {
        "state": search_choice("state", STORED, "state"),
        "brand": search_choice("brand", BRANDS),
        "channel": search_choice("channel", CHANNELS),
    }
    sorts: ClassVar[Mapping[str, type]] = {
        "created_at": datetime, "brand": str, "order_number": str, "amount": int, "state": str, "created_by": str,
    }  # fmt: skip
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

    def _init_properties(self) -> None:
        super()._init_properties()
        self.formatters_columns = self.formatters_columns | {"card_expiry": expiry}

    def _sort(self, column: str, descending: bool) -> Any:
        sort = super()._sort(column, descending)
        if column != "order_number":
            return sort
        return type(sort)(sort.name, Transaction.order_key, str, descending, nullable=True)  # the column with the index

    def widget_arguments(self, rows: Sequence[Any]) -> dict[str, Any]:
        """Say for each row which of its actions are possible now."""
        return {"rows_allowed": {row.id: allowed(row) for row in rows}}

    def _get_show_widget(
        self, pk: Any, item: Any, widgets: Any = None, actions: Any = None, show_fieldsets: Any = None
    ) -> Any:
        widgets = super()._get_show_widget(pk, item, widgets=widgets, show_fieldsets=show_fieldsets)
        possible = allowed(item)
        widgets["show"].template_args["actions"] = {name: a for name, a in self.actions.items() if name in possible}
        return widgets


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
            abort(409)
        return redirect(f"/transactions/{sale.id}/{found.name}", 303)

    handler: Callable[[Any, Any], Any] = action(found.name, found.label, None, multiple=found.bulk)(lead)
    return handler
