"""A sale that cannot be captured through an error of ours: tried again, then set aside for a person, blocking no other."""

from __future__ import annotations

from app.alarms import CAPTURE_REFUSED, raise_alarm
from app.database import Scope, real_now, unit_of_work
from app.domain.actor import machine
from app.domain.errors import DomainError
from app.domain.states import Event, OperationName, OperationStatus, State
from app.domain.text import N_
from app.failpoints import fail_point

from ..cases import open_case
from ..ledger import enter, finish
from .uncaptured import PAUSES

MOST_TRIES = 3
ASIDE = "ASIDE"  # as capture_error


def note_try(merchant_id: int, transaction_id: int, remittance_id: int | None, why: str) -> None:
    """Count a try that ended in an error of ours; after the third the sale is out of the runs until a person releases
    it. Does nothing when somebody else has the sale at this moment."""
    with unit_of_work(Scope((merchant_id,))) as session:
        try:
            case = open_case(session, machine(merchant_id), transaction_id, skip_locked=True)
            case.demand_nothing_in_flight()
        except DomainError:
            return
        sale = case.transaction
        fail_point("remittance.before_try_noted")
        if sale.state != State.TO_CAPTURE or sale.capture_error:
            return
        sale.capture_tries += 1
        sale.capture_next_at = real_now() + PAUSES[min(sale.capture_tries, len(PAUSES)) - 1]
        if sale.capture_tries < MOST_TRIES:
            return
        sale.capture_error, sale.capture_next_at = ASIDE, None
        operation = case.add(
            OperationName.CAPTURE,
            OperationStatus.WAITING,
            sale.amount,
            remittance_id=remittance_id,
            evidence={"why": why},
        )
        enter(session, sale, operation, Event.SET_ASIDE, case.actor, data={"why": why})
        finish(sale, operation, OperationStatus.FAILED)
        text = N_("%(reference)s could not be captured after %(tries)s tries (%(why)s); it waits for your decision.")
        params = {"reference": sale.reference, "tries": MOST_TRIES, "why": why}
        raise_alarm(session, merchant_id, CAPTURE_REFUSED, text, params, sale.id)
