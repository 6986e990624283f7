"""After the authorisation: what verbs, the evening's remittance and the sweeps make of a sale."""

from __future__ import annotations

from datetime import datetime, timedelta

from app.alarms import CAPTURE_REFUSED, EXPIRED
from app.domain.actor import Actor
from app.domain.brands import AMEX
from app.domain.days import capture_date, validated_capture_date
from app.domain.states import CaptureMode, Event, OperationName, OperationStatus, State
from app.models import Contract
from app.ports import Outcome

from ..ledger import let_go
from .life import Life, answered

CAPTURE_REFUSED_TEXT = "The bank refused the capture of %(reference)s (%(code)s); it waits for your decision."
EXPIRED_TEXT = "%(reference)s was not remitted by its limit date; it is released at the bank."
DONE = OperationStatus.DONE


def contract_of(life: Life) -> Contract:
    """Return the contract the sale goes through."""
    return life.place.doors["AMEX" if life.sale.brand == AMEX else "CARD"][0]


def validate(life: Life, at: datetime, by: Actor, kept: int) -> None:
    """The goods are ready: keep this amount, to be remitted the same evening."""
    sale = life.sale
    operation = life.ask(OperationName.VALIDATE, kept, at, by, requested_by_id=by.id)
    sale.amount = kept
    assert sale.limit_date is not None  # noqa: S101 - an approved sale has one
    sale.capture_date = validated_capture_date(at, sale.limit_date, life.place.zone, contract_of(life).cut_off)
    life.happen(Event.VALIDATED, at, by, operation)
    life.end(operation, DONE, at)


def cancel(life: Life, at: datetime, by: Actor, amount: int, reason: str | None, note: str | None) -> None:
    """Cancel a part or the whole at the bank."""
    sale, whole = life.sale, amount == life.sale.amount
    operation = life.ask(
        OperationName.CANCEL, amount, at, by, sent=True, reason=reason, note=note, requested_by_id=by.id
    )
    _released(life, operation.ended_at or at, by, Event.CANCELLED if whole else Event.CANCELLED_IN_PART)
    life.told("CANCEL", at, "CANCELLED" if whole else sale.bank_status)


def give_up_referral(life: Life, at: datetime, by: Actor) -> None:
    """The customer paid in another way: the bank holds nothing."""
    operation = life.ask(OperationName.CANCEL, life.sale.amount, at, by, requested_by_id=by.id)
    life.sale.amount = 0
    life.happen(Event.CANCELLED, at, by, operation)
    life.end(operation, DONE, at)
    life.bank.status = "EXPIRED"  # what the bank makes of it by itself


def expire(life: Life) -> None:
    """The limit date is over: the machine releases the sale at the bank in the first minutes of the next day."""
    sale, place, machine = life.sale, life.place, life.place.staff.machine
    assert sale.limit_date is not None  # noqa: S101 - what lapses has one
    at = place.at(sale.limit_date + timedelta(days=1), 0, 0, 20) + place.moments(40)
    if sale.state == State.REFERRAL:
        operation = life.ask(OperationName.EXPIRED, sale.amount, at, machine)
        sale.amount = 0
        life.happen(Event.EXPIRED, at, machine, operation)
        life.end(operation, DONE, at)
        life.bank.status = "EXPIRED"
        return
    life.ask(OperationName.EXPIRED, sale.amount, at, machine, sent=True)
    _released(life, life.operations[-1].ended_at or at, machine, Event.EXPIRED)
    life.told("CANCEL", at, "CANCELLED")
    life.alarm(EXPIRED, EXPIRED_TEXT, at, {"reference": sale.reference}, place.office(place.day(at), at))


def accept_challenge(life: Life, at: datetime, by: Actor) -> None:
    """A person has looked: it goes on by its mode."""
    sale, place = life.sale, life.place
    operation = life.ask(OperationName.ACCEPT_CHALLENGE, sale.amount, at, by)
    if sale.capture_mode == CaptureMode.VALIDATION:
        event = Event.CHALLENGE_ACCEPTED_TO_VALIDATE
    else:
        event, cut_off = Event.CHALLENGE_ACCEPTED_TO_CAPTURE, contract_of(life).cut_off
        sale.capture_date = capture_date(
            sale.created_at, sale.capture_day, place.zone, cut_off, accepted_at=at, limit=sale.limit_date
        )
    life.happen(event, at, by, operation)
    life.end(operation, DONE, at)


def refuse_challenge(life: Life, at: datetime, by: Actor, note: str | None) -> None:
    """A person has looked and refuses: the bank lets it go."""
    life.ask(OperationName.REFUSE_CHALLENGE, life.sale.amount, at, by, sent=True, note=note)
    _released(life, life.operations[-1].ended_at or at, by, Event.CHALLENGE_REFUSED)
    life.told("CANCEL", at, "CANCELLED")


def _released(life: Life, at: datetime, by: Actor, event: Event) -> None:
    sale, operation = life.sale, life.operations[-1]
    let_go(sale, operation)
    life.happen(event, at, by, operation)
    life.end(operation, DONE, at, answered(Outcome.APPROVED, "00"))


def capture(life: Life, at: datetime, by: Actor, **more: object) -> None:
    """The sale goes into the remittance of the day, and to the bank."""
    sale = life.sale
    operation = life.ask(OperationName.CAPTURE, sale.amount, at, by, sent=True, **more)
    life.remitted.append(operation)
    done = operation.ended_at or at
    sale.captured_amount, sale.captured_at = sale.amount, done
    sale.bank_status, sale.bank_amount, sale.bank_captured_amount = State.CAPTURED, sale.amount, sale.amount
    life.happen(Event.CAPTURED, done, by, operation)
    life.end(operation, DONE, done, answered(Outcome.APPROVED, "00", "00"))
    life.told("VALIDATE", done, "CAPTURED")


def run_begins(life: Life) -> datetime:
    """Return when the evening's run of the sale's day begins: from here on nobody changes it."""
    sale, cut_off = life.sale, contract_of(life).cut_off
    assert sale.capture_date is not None  # noqa: S101 - what is TO_CAPTURE has one
    return life.place.at(sale.capture_date, cut_off.hour, cut_off.minute)


def evening_of(life: Life) -> datetime:
    """Return a moment at which the evening's run of the sale's day reaches it, another one each time."""
    return run_begins(life) + timedelta(seconds=3) + life.place.moments(420)


def remit(life: Life) -> bool:
    """Capture the sale in the evening of its day, where that is over; return whether it was."""
    sale = life.sale
    if sale.state != State.TO_CAPTURE or sale.held or not life.place.over(evening_of(life)):
        return False
    capture(life, evening_of(life), life.place.staff.machine)
    return True


def capture_refused(life: Life) -> None:
    """The bank refuses the capture: the sale waits for a person, with an alarm that nobody has seen yet."""
    sale, at, machine = life.sale, evening_of(life), life.place.staff.machine
    operation = life.ask(OperationName.CAPTURE, sale.amount, at, machine, sent=True)
    life.remitted.append(operation)
    done = operation.ended_at or at
    sale.capture_error = "05"
    life.happen(Event.CAPTURE_REFUSED, done, machine, operation)
    life.end(operation, OperationStatus.REFUSED, done, answered(Outcome.DECLINED, "05", "05"))
    params = {"reference": sale.reference, "code": sale.capture_error}
    life.alarm(CAPTURE_REFUSED, CAPTURE_REFUSED_TEXT, done, params, None)
