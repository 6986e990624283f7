"""AMEND a slip in order number, customer or note; the old values stay in the event."""

from __future__ import annotations

from contextlib import ExitStack

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
from .base import Step, right_or_own

PLAIN = ("order_number", "customer_id", "note")


def begin(case: Case, request: ActionRequest, held: ExitStack) -> Operation:
    """Write the given fields; a field given as null is emptied, one not given stays."""
    sale = case.transaction
    given = [name for name in PLAIN if name in request.given]
    with_customer = "customer" in request.given
    if not given and not with_customer:
        raise InvalidInput.of("order_number", "missing", N_("Give at least one field to change."))
    if "order_number" in given and not request.order_number and sale.merchant.order_number_required:
        raise InvalidInput.of("order_number", "missing", N_("The merchant asks for an order number."))
    old: dict[str, object] = {name: getattr(sale, name) for name in given}
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


STEP = Step(Verb.AMEND, right_or_own(profiles.AMEND, profiles.AMEND_OWN), begin)
