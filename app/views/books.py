"""Unpaid: what came back from the bank."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, ClassVar

from flask_babel import lazy_gettext

from ..models import Unpaid
from ..models.unpaid import STAGES
from ..security.profiles import AUDIT, UNPAID
from .base import Rights
from .columns import search_choice
from .interface import LedgerInterface
from .ledger import LedgerView


class UnpaidView(LedgerView):
    """`/unpaid`: the latest first, as the API lists them; what is years old and closed is not in the way."""

    route_base = "/unpaid"
    datamodel = LedgerInterface(Unpaid)
    rights: ClassVar[Rights] = {"can_list": frozenset({UNPAID, AUDIT}), "can_show": frozenset({UNPAID, AUDIT})}
    list_title = lazy_gettext("Unpaid")
    show_title = lazy_gettext("Unpaid")
    list_columns: ClassVar[list[str]] = [
        "response_deadline", "merchant_id", "transaction.reference", "transaction.order_number", "stage", "amount", "reason_code", "notified_on", "currency",
    ]  # fmt: skip
    show_columns: ClassVar[list[str]] = [
        "transaction.reference", "transaction.order_number", "merchant_id", "stage", "amount", "currency", "notified_on", "response_deadline", "reason_code", "scheme",
        "bank_reference", "source",
    ]  # fmt: skip
    search_columns: ClassVar[list[str]] = ["response_deadline", "stage", "notified_on"]
    search_form_extra_fields: ClassVar[dict[str, Any]] = {"stage": search_choice("stage", STAGES)}
    sorts: ClassVar[Mapping[str, type]] = {"response_deadline": date}
    base_order: ClassVar[tuple[str, str]] = ("response_deadline", "desc")
    column_kinds: ClassVar[dict[str, str]] = {"amount": "amount", "transaction.reference": "code"}
    in_words: ClassVar[Sequence[str]] = ("stage", "source")
    always_hidden: ClassVar[Sequence[str]] = ("currency",)
