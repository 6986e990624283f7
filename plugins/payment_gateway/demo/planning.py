"""What people change without the bank: day, hold, slips in the order; and a second sale on the card of the first."""

from __future__ import annotations

from datetime import date, datetime

from app.domain.actor import Actor
from app.domain.states import CaptureMode, Event, OperationName, OperationStatus, State
from app.models import Transaction

from ..verbs.duplicate import COPIED
from .authorising import number, reference
from .life import Life


def move(life: Life, at: datetime, by: Actor, day: date) -> None:
    """Move the day of the remittance."""
    before, life.sale.capture_date = life.sale.capture_date, day
    data = {"from": before.isoformat() if before else None, "to": day.isoformat()}
    life.happen(Event.MOVED, at, by, data=data)


def hold(life: Life, at: datetime, by: Actor, note: str) -> None:
    """Take the sale out of the evening's runs."""
    life.sale.held = True
    life.happen(Event.HELD, at, by, data={"note": note})


def release(life: Life, at: datetime, by: Actor) -> None:
    """Put it back."""
    life.sale.held = False
    life.happen(Event.RELEASED, at, by)


def amend(life: Life, at: datetime, by: Actor, text: str) -> None:
    """Correct a slip in the order number; the old one stays in the event."""
    old = {"order_number": life.sale.order_number}
    number(life, text)
    operation = life.ask(OperationName.AMEND, 0, at, by)
    life.happen(Event.AMENDED, at, by, operation, data={"old": old})
    operation.new_state = life.sale.state
    life.end(operation, OperationStatus.DONE, at)


def duplicate(life: Life, at: datetime, by: Actor, amount: int, note: str | None) -> Life:
    """Return a second sale on the same card, its bank not yet asked; the first only gets an event."""
    first, place = life.sale, life.place
    sale = Transaction(
        **{name: getattr(first, name) for name in COPIED},
        contract_id=first.contract_id,
        gateway_account_id=first.gateway_account_id,
        reference=reference(place),
        state=State.PENDING,
        original_amount=amount,
        amount=amount,
        captured_amount=0,
        refunded_amount=0,
        reserved_amount=0,
        complementary_code="00",
        capture_mode=CaptureMode.AUTHOR_CAPTURE,
        capture_day=0,
        held=False,
        note=note,
        created_at=at,
        created_by_id=by.id,
        created_by=by.name,
    )
    life.happen(Event.DUPLICATED, at, by, data={"reference": sale.reference})
    second = Life(place, sale, life.person, life.card, by, source=life)
    number(second, first.order_number)
    return second
