"""What the order page's script is told: an answer, a refusal; as JSON, without anything of a card."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import gettext

from ..database import now
from ..domain.card_search import IN_FIELD
from ..domain.errors import DomainError, InvalidInput, OrderWarning
from ..extensions import db
from ..forms.keys import new_key
from ..models.queries.counter_sales import free_number
from ..repeats import ORDER_PAID
from ..web.refusals import sentence
from .order_form import stamp
from .panel import REFUSED, panel_of
from .shown_panel import shown_panel


def told(sale: Any, attempts: Sequence[str] = (), *, lost: bool = False) -> dict[str, Any]:
    """Return what became of a sale; `attempts` are the refused ones before it, `lost` that its answer did not arrive."""
    panel = panel_of(sale)
    if panel.outcome == REFUSED:
        attempts = (*attempts, sale.reference)
    return {
        "reference": sale.reference,
        "state": sale.state,
        "outcome": panel.outcome,
        "final": panel.final,
        "html": shown_panel(sale, attempts, lost=lost),
        "attempts": " ".join(attempts),
        "next_number": free_number(db.session(), sale.merchant_id, sale.order_number),
        "stamp": stamp(now(), sale.merchant.zone, sale.contract.cut_off),
    }


def warned_body(warning: OrderWarning, html: str, confirm: Sequence[str], instead: str | None) -> dict[str, Any]:
    """Return the one stop; `instead` is the number to take without asking, where the page proposed the one just taken."""
    body = {"code": warning.code, "message": sentence(warning), "errors": [], "html": html}
    return body | {"confirm": " ".join(confirm), "instead": instead}


def number_instead(warning: OrderWarning, order_number: str, proposed: str, merchant_id: int) -> str | None:
    """Return a free number where somebody was faster with the one this page proposed, None where a person typed it."""
    if not order_number or order_number != proposed or ORDER_PAID not in [hit.rule for hit in warning.hits]:
        return None
    return free_number(db.session(), merchant_id, order_number)


def refusal_body(error: DomainError, message: str, fields: Mapping[str, str]) -> dict[str, Any]:
    """Return what was wrong, field by field; a new key where the old one is used up."""
    codes = {each.field: each.code for each in error.errors} if isinstance(error, InvalidInput) else {}
    errors = [{"field": name, "message": text, "code": codes.get(name, "")} for name, text in fields.items()]
    body: dict[str, Any] = {"code": error.code, "message": message, "errors": errors}
    return body | ({"key": new_key()} if error.code == "idempotency_mismatch" else {})


def with_confirmation(error: DomainError, fields: Mapping[str, str], may_confirm: bool) -> dict[str, str]:
    """Return the sentences; the order number's says who can confirm that it is no card number (trust.md)."""
    said = dict(fields)
    for each in error.errors if isinstance(error, InvalidInput) else ():
        if each.field == "order_number" and each.code == IN_FIELD:
            more = (
                gettext("If it is an order number, tick that it is none.")
                if may_confirm
                else gettext("If it is an order number, a supervisor can take this order and confirm it.")
            )
            said["order_number"] = f"{said['order_number']} {more}"
    return said
