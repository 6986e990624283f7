"""AMEND a slip in order number, customer, shipping day or note; the old values stay in the event."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import date
from zoneinfo import ZoneInfo

from app.domain.days import local_day
from app.domain.errors import InvalidInput
from app.domain.states import Event, OperationName, OperationStatus
from app.domain.text import N_
from app.domain.verbs import Verb
from app.models import Operation
from app.models.search_keys import order_key
from app.ports import ActionRequest
from app.security import profiles

from ..cases import Case
from ..ledger import enter, finish
from ..people import PARTS, write_customer
from .base import Step, is_open, right_or_own

PLAIN = ("order_number", "customer_id", "shipping_date", "note")


def begin(case: Case, request: ActionRequest, held: ExitStack) -> Operation:
    """Write the given fields; a field given as null is emptied, one not given stays.

    The day the goods leave is a fact of its own: when the sale is remitted stays as planned (`move` changes that).
    """
    sale = case.transaction
    given = [name for name in PLAIN if name in request.given]
    with_customer = "customer" in request.given
    if not given and not with_customer:
        raise InvalidInput.of("order_number", "missing", N_("Give at least one field to change."))
    if "order_number" in given and not request.order_number and sale.merchant.order_number_required:
        raise InvalidInput.of("order_number", "missing", N_("The merchant asks for an order number."))
    if request.shipping_date is not None:
        demand_shipping_possible(case, request.shipping_date)
    old: dict[str, object] = {name: _plain(getattr(sale, name)) for name in given}
    for name in given:
        setattr(sale, name, getattr(request, name) or None)
    if "order_number" in given:
        sale.order_key = order_key(sale.order_number) if sale.order_number else None
    if with_customer:
        before = sale.customer
        old["customer"] = {part: getattr(before, part) for part in PARTS} if before is not None else None
        after = write_customer(case.session, sale.merchant_id, request.customer)
        sale.customer_row_id = after.id if after is not None else None
    operation = case.add(OperationName.AMEND, OperationStatus.WAITING, 0)
    enter(case.session, sale, operation, Event.AMENDED, case.actor, data={"old": old})
    operation.new_state = sale.state
    finish(sale, operation, OperationStatus.DONE)
    return operation


def demand_shipping_possible(case: Case, shipped: date) -> None:
    """Refuse a day before the order's, and, while the sale is not remitted, one on which its authorisation is over."""
    sale = case.transaction
    ordered = local_day(sale.created_at, ZoneInfo(sale.merchant.zone))
    if shipped < ordered:
        text = N_("The goods cannot leave before the order was taken, on %(ordered)s.")
        raise InvalidInput.of("shipping_date", "shipping_date_past", text, ordered=ordered.isoformat())
    if is_open(sale) and sale.limit_date is not None and shipped > sale.limit_date:
        text = N_("This sale must be remitted by %(limit)s at the latest.")
        raise InvalidInput.of("shipping_date", "shipping_date_beyond_limit", text, limit=sale.limit_date.isoformat())


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


STEP = Step(Verb.AMEND, right_or_own(profiles.AMEND, profiles.AMEND_OWN), begin)
