"""Money back: whole and in parts, asked for and approved, waiting; and what the customer's bank takes back by itself."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from app.domain.actor import Actor
from app.domain.states import Event, OperationName, OperationStatus
from app.models import Operation, Unpaid
from app.ports import Outcome

from .life import Life, answered

CONTEST_WITHIN = timedelta(days=15)


def refund(life: Life, at: datetime, by: Actor, amount: int, reason: str | None, note: str | None) -> None:
    """Refund a part or all that is left."""
    operation = request(life, at, by, amount, reason, note)
    _credited(life, operation, at, by)


def request(
    life: Life, at: datetime, by: Actor, amount: int, reason: str | None, note: str | None,
    status: OperationStatus = OperationStatus.WAITING,
) -> Operation:  # fmt: skip
    """Ask for a refund: it reserves its amount."""
    operation = life.ask(OperationName.CREDIT, amount, at, by, reason=reason, note=note, requested_by_id=by.id)
    operation.status = status
    life.sale.reserved_amount += amount
    return operation


def approve(life: Life, operation: Operation, at: datetime, by: Actor) -> None:
    """A second person agrees: the refund leaves."""
    operation.approved_by_id, operation.approved_by = by.id, by.name
    _credited(life, operation, at, by)


def turn_down(life: Life, operation: Operation, at: datetime, by: Actor, note: str | None) -> None:
    """A second person says no, or (the one who asked) withdraws."""
    own = operation.requested_by_id == by.id
    status = OperationStatus.WITHDRAWN if own else OperationStatus.REJECTED
    if not own:
        operation.approved_by_id, operation.approved_by = by.id, by.name
    life.sale.reserved_amount -= operation.amount
    operation.note = note or operation.note
    life.happen(Event.WITHDRAWN, at, by, operation, data={"status": status})
    life.end(operation, status, at)


def _credited(life: Life, operation: Operation, at: datetime, by: Actor) -> None:
    sale = life.sale
    life.send(operation, at)
    life.remitted.append(operation)
    done = operation.ended_at or at
    sale.reserved_amount -= operation.amount
    sale.refunded_amount += operation.amount
    sale.bank_refunded_amount = (sale.bank_refunded_amount or 0) + operation.amount
    whole = sale.refunded_amount == sale.captured_amount
    life.happen(Event.REFUNDED if whole else Event.REFUNDED_IN_PART, done, by, operation)
    life.end(operation, OperationStatus.DONE, done, answered(Outcome.APPROVED, "00"))
    life.told("CREDIT", done, "CREDITED" if whole else "CAPTURED")


def wait(life: Life, operation: Operation, at: datetime, until: datetime) -> None:
    """The bank has not closed its day: the refund leaves later."""
    life.send(operation, at)
    operation.status, operation.due_at, operation.response_code = OperationStatus.WAITING, until, "24"
    operation.evidence = {"promised_at": (operation.ended_at or at).isoformat()}


def charge_back(life: Life, day: date, code: str, stage: str) -> None:
    """The customer's bank takes the sale back; the merchant accepts or contests it, and wins or loses."""
    sale, place = life.sale, life.place
    at = place.at(day, 10, 40) + place.moments(1800)
    _noted(life, OperationName.CHARGEBACK, Event.CHARGED_BACK, at)
    if stage == "WON":
        back = place.at(place.working_day(day + timedelta(days=34)), 10, 40) + place.moments(1800)
        _noted(life, OperationName.REPRESENTMENT, Event.REPRESENTED, back)
    life.unpaid.append(
        Unpaid(
            merchant_id=sale.merchant_id,
            contract_id=sale.contract_id,
            stage=stage,
            amount=sale.captured_amount,
            currency=sale.currency,
            notified_on=day,
            response_deadline=day + CONTEST_WITHIN,
            reason_code=code,
            scheme=sale.brand,
            bank_reference=f"IMP{place.rng.randrange(10**9):09d}",
            source="STATEMENT",
            created_at=at,
        )
    )


def _noted(life: Life, name: OperationName, event: Event, at: datetime) -> None:
    machine = life.place.staff.machine
    operation = life.ask(name, life.sale.captured_amount, at, machine)
    life.happen(event, at, machine, operation)
    life.end(operation, OperationStatus.DONE, at)
