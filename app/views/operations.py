"""Operations by their own date, and the events of all sales."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from flask_babel import lazy_gettext

from ..models import Operation, TransactionEvent
from ..models.queries.operations import OperationFilter
from ..security.profiles import READ
from .base import Rights
from .filtered import FilteredView
from .interface import LedgerInterface
from .ledger import LedgerView
from .operation_words import OperationInterface


class OperationView(FilteredView):
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
        "transaction.reference", "transaction.order_number", "merchant_id", "sequence", "name", "status", "answered", "amount", "new_state", "reason", "note", "response_code",
        "acquirer_response_code", "authorisation_id", "created_at", "created_by", "approved_by", "settled_at",
        "transaction.currency",
    ]  # fmt: skip
    filter_class = OperationFilter
    words: ClassVar[Mapping[str, str]] = {"name": "operation", "status": "status"}
    form_labels: ClassVar[Mapping[str, Any]] = {"name": lazy_gettext("Operation"), "created_by": lazy_gettext("By")}
    list_labels: ClassVar[Mapping[str, Any]] = {**form_labels, "created_at": lazy_gettext("Date")}
    row_name = "transaction.reference"
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
