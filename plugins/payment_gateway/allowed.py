"""Which verbs a person may use on a transaction now: what the screens show and the API lists."""

from __future__ import annotations

from collections.abc import Mapping

from app.domain.actor import Actor
from app.domain.errors import NotPermitted
from app.domain.states import OperationStatus
from app.domain.verbs import STATES, Verb
from app.models import Transaction

from .ledger import under_way
from .verbs.base import Step
from .verbs.resolve import old_enough
from .verbs.withdraw import WITHDRAWABLE


def allowed(actor: Actor, sale: Transaction, steps: Mapping[str, Step]) -> list[str]:
    """Return the verbs in the order of `steps`; no query when `operations` and `merchant` are loaded."""
    busy = any(under_way(operation) for operation in sale.operations)
    return [verb for verb, step in steps.items() if _possible(actor, sale, step, busy)]


def _possible(actor: Actor, sale: Transaction, step: Step, busy: bool) -> bool:
    verb = step.verb
    if sale.state not in STATES[verb] or not _fits(actor, sale, verb, busy):
        return False
    try:
        step.demand(actor, sale)
    except NotPermitted:
        return False
    return True


def _fits(actor: Actor, sale: Transaction, verb: Verb, busy: bool) -> bool:
    if sale.channel == "TERMINAL":
        return verb == Verb.AMEND
    if verb == Verb.RESOLVE:
        return old_enough(sale)
    if verb == Verb.WITHDRAW:
        return any(
            each.status in WITHDRAWABLE
            and each.created_by_id is not None
            and (each.requested_by_id == actor.id or actor.may("approve"))
            for each in sale.operations
        )
    if busy and verb != Verb.AMEND:
        return False
    if verb == Verb.REFUND:
        return sale.refundable_amount > 0
    if verb == Verb.FORCE:
        return bool(sale.merchant.forcing_allowed)
    if verb in (Verb.HOLD, Verb.RELEASE):
        return (sale.held or bool(sale.capture_error)) == (verb == Verb.RELEASE)
    if verb in (Verb.CANCEL, Verb.VALIDATE, Verb.CAPTURE):
        return not any(
            each.status == OperationStatus.REQUESTED and each.name == verb.upper() for each in sale.operations
        )
    if verb == Verb.DUPLICATE:
        return sale.response_code != "34"
    return True
