"""A capture that was not done: the operation leaves its remittance, the sale stays due and is tried again later."""

from __future__ import annotations

from datetime import timedelta

from app.database import real_now
from app.domain.states import Event, OperationName, OperationStatus
from app.models import Operation

from ..cases import Case
from ..ledger import enter
from .lines import leave

PAUSES = tuple(timedelta(seconds=seconds) for seconds in (30, 60, 120, 300))


def not_captured(case: Case, operation: Operation) -> None:
    """Take the operation out of its remittance: it was never sent, or the bank has shown that it did nothing of it.

    What was uncertain and is not done after all leaves with an event. After each failure in a row the runs leave the
    sale alone for longer, five minutes at most (real time).
    """
    sale = case.transaction
    if operation.status == OperationStatus.UNKNOWN:
        data = {"remittance": operation.origin}
        enter(case.session, sale, operation, Event.CAPTURE_NOT_DONE, case.actor, data=data)
    leave(operation)
    failed = sum(
        each.name == OperationName.CAPTURE and each.status == OperationStatus.FAILED for each in case.operations
    )
    sale.capture_next_at = real_now() + PAUSES[min(failed, len(PAUSES) - 1)]
