"""A refused order as it was typed, for another card: read back from the sale it made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..domain.money import format_number
from ..forms.counter import CUSTOMER
from ..web.formats import locale_code

AS_THEY_ARE = ("currency", "order_number", "channel", "capture_mode", "customer_id", "note", "return_context")


def typed_of(sale: Any) -> Mapping[str, str]:
    """Return the values of the order page's fields that made this sale; nothing of the card, nor its brand."""
    values = {name: getattr(sale, name) or "" for name in AS_THEY_ARE}
    values["amount"] = format_number(sale.original_amount, sale.currency, locale_code())
    values["capture_day"] = str(sale.capture_day)
    values["shipping_date"] = sale.shipping_date.isoformat() if sale.shipping_date is not None else ""
    if sale.customer is not None:
        values |= {name: getattr(sale.customer, part) or "" for name, part in CUSTOMER.items()}
    return values
