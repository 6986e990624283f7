"""The cells of a list of sales: what belongs together stands together, so that a row stays whole at 1280 px."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext
from markupsafe import Markup

from ..web.formats import NOTHING, amount
from .columns import LABELS

RECORD_LABELS = LABELS | {"created_at": lazy_gettext("Taken"), "created_by": lazy_gettext("Taken by")}
#: What the heads say of cells that hold two things.
HEADS = {"order_number": lazy_gettext("Order"), "brand": lazy_gettext("Scheme, card")}
_TWO = Markup("<span>{}<br>{}</span>")
_CODE = Markup('<span class="code">{}</span>')
_STRUCK = Markup('<s class="amount">{}</s>')


def stacked(rows: Sequence[Any], values: Sequence[dict[str, Any]], telephone: bool) -> Sequence[dict[str, Any]]:
    """Put the reference below the order number, the card below its scheme, where it was searched for the telephone below
    the name; what a cancelled or expired sale was about is struck through, nothing of it is left."""
    for sale, shown in zip(rows, values, strict=True):
        shown["order_number"] = _TWO.format(sale.order_number or NOTHING, _CODE.format(sale.reference))
        shown["brand"] = _TWO.format(sale.brand, _CODE.format(sale.masked_pan))
        if telephone and sale.customer and sale.customer.telephone:
            shown["customer.name"] = _TWO.format(sale.customer.name or NOTHING, sale.customer.telephone)
        if not sale.amount:
            shown["amount"] = _STRUCK.format(amount(sale.original_amount, sale.currency))
    return values
