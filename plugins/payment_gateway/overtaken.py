"""What somebody asked for and a second person has not approved yet, when the sale has gone another way meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from app.domain.actor import machine
from app.domain.states import Event, OperationName, OperationStatus
from app.domain.verbs import STATES, Verb

from .cases import Case
from .ledger import enter, finish

# Refunds are not among them: they reserve their amount, so nothing overtakes them.
_VERBS: Mapping[str, Verb] = MappingProxyType(
    {
        OperationName.CANCEL: Verb.CANCEL,
        OperationName.CAPTURE: Verb.CAPTURE,
        OperationName.VALIDATE: Verb.VALIDATE,
    }
)


def reject_overtaken(case: Case) -> None:
    """Reject, as the machine, each REQUESTED operation that the sale's state no longer allows.

    Called where a unit ends that may have changed the state; the sale is locked.
    """
    sale = case.transaction
    for operation in case.operations:
        verb = _VERBS.get(operation.name)
        if operation.status != OperationStatus.REQUESTED or verb is None or sale.state in STATES[verb]:
            continue
        data = {"status": OperationStatus.REJECTED, "state": sale.state}
        enter(case.session, sale, operation, Event.WITHDRAWN, machine(sale.merchant_id), data=data)
        finish(sale, operation, OperationStatus.REJECTED)
