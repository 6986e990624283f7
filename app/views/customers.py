"""Customers: who ordered."""

from __future__ import annotations

from typing import ClassVar

from flask_babel import lazy_gettext

from ..models import Customer
from ..models.search_keys import email_key, name_key, telephone_key
from ..security.profiles import READ
from ..web.formats import NOTHING, locale_code
from .base import Rights
from .interface import LedgerInterface
from .ledger import LedgerView
from .order_form import countries


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

    def _init_properties(self) -> None:
        super()._init_properties()
        self.formatters_columns = self.formatters_columns | {"country": country_name}


def country_name(code: str | None) -> str:
    """Return a country as the reader's language calls it."""
    return dict(countries(locale_code())).get(code or "", code or NOTHING)
