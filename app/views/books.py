"""Remittances and unpaid: what the bank was sent, and what came back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from flask_babel import lazy_gettext

from ..extensions import db
from ..models import Remittance, Unpaid
from ..models.queries.remittances import Sums, sums_of
from ..models.remittance import STATES
from ..models.unpaid import STAGES
from ..security.profiles import AUDIT, REMITTANCES, UNPAID
from .base import Rights
from .columns import search_choice
from .interface import LedgerInterface
from .ledger import LedgerView
from .operations import OperationView

SUMMED = ("debit_amount", "credit_amount", "lines")


class RemittanceInterface(LedgerInterface):
    """Remittances with the sums of what the bank has done so far; a row's own are written when it is closed."""

    def get_values(self, lst: Sequence[Any], list_columns: Sequence[str]) -> Iterator[dict[str, Any]]:
        """Return the values of a list's rows, all sums by one statement."""
        sums = sums_of(db.session(), lst)
        for row in lst:
            yield {name: self._summed(row, name, sums[row.id]) for name in list_columns}

    def get_values_item(self, item: Any, show_columns: Sequence[str]) -> list[Any]:
        """Return the values of a record."""
        sums = sums_of(db.session(), [item])[item.id]
        return [self._summed(item, name, sums) for name in show_columns]

    def _summed(self, row: Any, name: str, sums: Sums) -> Any:
        return getattr(sums, name) if name in SUMMED else self._get_attr_value(row, name)


class RemittanceView(LedgerView):
    """`/remittances`: per contract and day, numbered without gaps; the lines are operations."""

    route_base = "/remittances"
    datamodel = RemittanceInterface(Remittance)
    rights: ClassVar[Rights] = {"can_list": REMITTANCES, "can_show": REMITTANCES}
    list_title = lazy_gettext("Remittances")
    show_title = lazy_gettext("Remittance")
    related_views: ClassVar[list[Any]] = [OperationView]
    list_columns: ClassVar[list[str]] = [
        "day", "merchant_id", "contract.number", "number", "state", "lines", "debit_amount", "credit_amount",
        "contract.currency",
    ]  # fmt: skip
    show_columns: ClassVar[list[str]] = [
        "contract.number", "number", "day", "state", "lines", "debit_amount", "credit_amount", "opened_at", "sent_at",
        "contract.currency",
    ]  # fmt: skip
    search_columns: ClassVar[list[str]] = ["day", "state"]
    search_form_extra_fields: ClassVar[dict[str, Any]] = {"state": search_choice("state", STATES)}
    sorts: ClassVar[Mapping[str, type]] = {"day": date}
    base_order: ClassVar[tuple[str, str]] = ("day", "desc")
    column_kinds: ClassVar[dict[str, str]] = {"state": "text", "debit_amount": "amount", "credit_amount": "amount"}
    in_words: ClassVar[Sequence[str]] = ("state",)
    currency_column = "contract.currency"
    always_hidden: ClassVar[Sequence[str]] = ("contract.currency",)


class UnpaidView(LedgerView):
    """`/unpaid`: the one whose answer is due first stands first."""

    route_base = "/unpaid"
    datamodel = LedgerInterface(Unpaid)
    rights: ClassVar[Rights] = {"can_list": frozenset({UNPAID, AUDIT}), "can_show": frozenset({UNPAID, AUDIT})}
    list_title = lazy_gettext("Unpaid")
    show_title = lazy_gettext("Unpaid")
    list_columns: ClassVar[list[str]] = [
        "response_deadline", "merchant_id", "transaction.reference", "stage", "amount", "reason_code", "notified_on", "currency",
    ]  # fmt: skip
    show_columns: ClassVar[list[str]] = [
        "transaction.reference", "stage", "amount", "currency", "notified_on", "response_deadline", "reason_code", "scheme",
        "bank_reference", "source",
    ]  # fmt: skip
    search_columns: ClassVar[list[str]] = ["response_deadline", "stage", "notified_on"]
    search_form_extra_fields: ClassVar[dict[str, Any]] = {"stage": search_choice("stage", STAGES)}
    sorts: ClassVar[Mapping[str, type]] = {"response_deadline": date}
    base_order: ClassVar[tuple[str, str]] = ("response_deadline", "asc")
    column_kinds: ClassVar[dict[str, str]] = {"amount": "amount", "transaction.reference": "code"}
    in_words: ClassVar[Sequence[str]] = ("stage", "source")
    always_hidden: ClassVar[Sequence[str]] = ("currency",)
