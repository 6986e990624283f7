"""One sale's life, written as the runner, the verbs and `settle` write it: the same rows, at moments of the past."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from app.domain.actor import Actor
from app.domain.states import Event, OperationName, OperationStatus
from app.models import Alarm, Operation, RiskHit, Transaction, TransactionEvent, Unpaid
from app.ports import GatewayResult, Outcome

from ..ledger import finish, stepped
from ..simulator.scenarios import APPROVES
from .cards import PastCard
from .people import Person
from .place import Place

DEADLINE = timedelta(seconds=25)


@dataclass(slots=True)
class AtBank:
    """What the practice bank holds of the sale; `known` is False where it never heard of it."""

    known: bool = False
    status: str = "TO_VALIDATE"
    scenario: str = APPROVES.name
    last_operation: str = "TRANSACTION"
    last_operation_at: datetime | None = None
    limit: date | None = None


@dataclass(slots=True)
class Life:
    """A sale with everything that came of it. Rows refer to each other as objects; `writing` gives them their numbers."""

    place: Place
    sale: Transaction
    person: Person | None
    card: PastCard
    seller: Actor
    source: Life | None = None  # of a duplicate
    bank: AtBank = field(default_factory=AtBank)
    operations: list[Operation] = field(default_factory=list)
    events: list[tuple[TransactionEvent, Operation | None]] = field(default_factory=list)
    remitted: list[Operation] = field(default_factory=list)  # that joined a remittance
    hits: list[RiskHit] = field(default_factory=list)
    alarms: list[Alarm] = field(default_factory=list)
    unpaid: list[Unpaid] = field(default_factory=list)

    @property
    def last(self) -> datetime:
        """When something happened last."""
        done = [each.settled_at or each.created_at for each in self.operations]
        return max([self.sale.created_at, *done, *(event.at for event, _ in self.events)])

    def ask(
        self, name: OperationName, amount: int, at: datetime, by: Actor, *, sent: bool = False, **more: Any
    ) -> Operation:
        """Add the next operation, WAITING; one that is `sent` remembers what the bank last said, and ends soon after."""
        sale = self.sale
        operation = Operation(
            merchant_id=sale.merchant_id,
            sequence=len(self.operations) + 1,
            name=name,
            status=OperationStatus.WAITING,
            amount=amount,
            created_at=at,
            created_by_id=by.id,
            created_by=by.name,
            inquiries=0,
            not_found_count=0,
            **more,
        )
        self.operations.append(operation)
        if sent:
            self.send(operation, at)
        return operation

    def send(self, operation: Operation, at: datetime) -> None:
        """Say that the operation left for the bank, and when the answer was there."""
        sale = self.sale
        operation.before_status, operation.before_amount = sale.bank_status, sale.bank_amount
        operation.before_captured_amount = sale.bank_captured_amount
        operation.before_refunded_amount = sale.bank_refunded_amount
        operation.sent_at, operation.deadline = at, at + DEADLINE
        operation.ended_at = at + self.place.moments(2)

    def happen(
        self,
        event: Event,
        at: datetime,
        by: Actor,
        operation: Operation | None = None,
        *,
        from_state: str | None = None,
        data: Mapping[str, Any] | None = None,
    ) -> None:
        """Take the sale through the table of transitions, with its event."""
        row = stepped(
            self.sale, operation, event, by, at, from_state=from_state, data=dict(data) if data is not None else None
        )
        self.events.append((row, operation))

    def end(
        self, operation: Operation, status: OperationStatus, at: datetime, result: GatewayResult | None = None
    ) -> None:
        """Settle the operation."""
        finish(self.sale, operation, status, result, at=at)

    def told(self, operation: str, at: datetime, status: str | None = None) -> None:
        """Write what the bank did last, and the status it has now."""
        self.bank.known, self.bank.last_operation, self.bank.last_operation_at = True, operation, at
        self.bank.status = status or self.bank.status

    def alarm(self, kind: str, message: str, at: datetime, params: Mapping[str, Any], noted: datetime | None) -> None:
        """Raise an alarm; a supervisor took note of it at `noted` (None: nobody has yet)."""
        row = Alarm(merchant_id=self.sale.merchant_id, kind=kind, message=message, params=dict(params), at=at)
        if noted is not None:
            row.acknowledged_at, row.acknowledged_by = noted, self.place.supervisor().name
        self.alarms.append(row)


def answered(outcome: Outcome, response: str, acquirer: str | None = None, number: str | None = None) -> GatewayResult:
    """Return a gateway's answer as the books keep it."""
    return GatewayResult(outcome, response_code=response, acquirer_response_code=acquirer, authorisation_id=number)
