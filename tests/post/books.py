"""Small, true books of one merchant: sales in several states, each with its operations and events, written as the
ledger writes them, so that `verify` has something to find right.
"""

from __future__ import annotations

from itertools import count
from typing import Any

from sqlalchemy.orm import Session

from app.database import Scope, now, real_now, unit_of_work
from app.domain.states import Event, OperationName, OperationStatus, State, next_state
from app.models import Card, Contract, Operation, Submission, Transaction, TransactionEvent

_numbers = count(1)
N, S, E = OperationName, OperationStatus, Event


class Sale:
    """A transaction being written: each step goes through the table and keeps event and amounts together."""

    def __init__(self, session: Session, merchant_id: int, contract_id: int, card_id: int, amount: int = 1000) -> None:
        self.session = session
        self.row = Transaction(
            merchant_id=merchant_id,
            contract_id=contract_id,
            card_id=card_id,
            reference=f"T{next(_numbers):06}",
            channel="TELEPHONE_ORDER",
            state=State.NEW,
            currency="EUR",
            original_amount=amount,
            amount=amount,
            captured_amount=0,
            refunded_amount=0,
            reserved_amount=0,
            brand="CB",
            bin="497010",
            last4="0006",
            masked_pan="497010######0006",
            card_expiry="202807",
            capture_mode="AUTHOR_CAPTURE",
            capture_day=0,
            created_at=now(),
            created_by="clerk",
        )
        self.operations = 0
        self.first = self._operation(N.TRANSACTION, S.SENT, amount, E.SUBMITTED)

    def _operation(self, name: N, status: S, amount: int, event: Event | None = None) -> Operation:
        self.operations += 1
        operation = Operation(
            merchant_id=self.row.merchant_id,
            sequence=self.operations,
            name=name,
            status=status,
            amount=amount,
            created_at=now(),
            created_by="clerk",
        )
        if status == S.SENT:
            operation.sent_at = real_now()
        if event is not None and self.row.id is None:
            self.row.state = next_state(self.row.state, event)
            self.session.add(self.row)
            self.session.flush()
            operation.transaction_id = self.row.id
            self.session.add(operation)
            self.session.flush()
            self._event(State.NEW, event, operation)
            return operation
        operation.transaction_id = self.row.id
        self.session.add(operation)
        self.session.flush()
        return operation

    def _event(self, before: str, event: Event, operation: Operation | None) -> None:
        row = self.row
        self.session.add(
            TransactionEvent(
                merchant_id=row.merchant_id,
                transaction_id=row.id,
                operation_id=operation.id if operation else None,
                at=now(),
                kind=event.name,
                from_state=before,
                to_state=row.state,
                amount=row.amount,
                captured_amount=row.captured_amount,
                refunded_amount=row.refunded_amount,
                reserved_amount=row.reserved_amount,
                actor="clerk",
            )
        )
        self.session.flush()

    def settle(self, operation: Operation, status: S, event: Event | None = None, **amounts: int) -> Sale:
        """End an operation; `amounts` are the transaction's amounts from here on."""
        for name, value in amounts.items():
            setattr(self.row, name, value)
        if event is not None:
            before = self.row.state
            self.row.state = next_state(before, event)
            self._event(before, event, operation)
        operation.status, operation.settled_at, operation.new_state = status, now(), self.row.state
        if status == S.DONE:
            operation.new_amount = self.row.amount
        self.session.flush()
        return self

    def do(self, name: N, of: int, event: Event, **amounts: int) -> Sale:
        """One operation from its sending to its good end."""
        return self.settle(self._operation(name, S.SENT, of), S.DONE, event, **amounts)

    def ask(self, name: N, amount: int, status: S, **amounts: int) -> Operation:
        """An operation that is not final yet."""
        operation = self._operation(name, status, amount)
        for key, value in amounts.items():
            setattr(self.row, key, value)
        self.session.flush()
        return operation


def approved(session: Session, *ids: int, amount: int = 1000) -> Sale:
    """A sale the bank approved."""
    sale = Sale(session, *ids, amount=amount)
    return sale.settle(sale.first, S.DONE, E.APPROVED_TO_CAPTURE)


def captured(session: Session, *ids: int) -> Sale:
    """A sale the bank captured."""
    return approved(session, *ids).do(N.CAPTURE, 1000, E.CAPTURED, captured_amount=1000)


def write_books(merchant_id: int) -> dict[str, Any]:
    """Write one sale of each kind and return their references by what they are, with the ids of contract and card."""
    with unit_of_work(Scope((merchant_id,), admin=True)) as session:
        contract = Contract(merchant_id=merchant_id, number=f"30000{merchant_id:02}")
        card = Card(merchant_id=merchant_id, bin="497010", last4="0006", created_at=now())
        session.add_all([contract, card])
        session.flush()
        ids = (merchant_id, contract.id, card.id)
        pending = Sale(session, *ids)
        sales = {"pending": pending, "approved": approved(session, *ids), "captured": captured(session, *ids)}
        refused = Sale(session, *ids)
        sales["refused"] = refused.settle(refused.first, S.REFUSED, E.DECLINED)
        sales["cancelled"] = approved(session, *ids).do(N.CANCEL, 1000, E.CANCELLED, amount=0)
        refunded = captured(session, *ids)
        waiting = refunded.ask(N.CREDIT, 100, S.WAITING, reserved_amount=100)
        asked = refunded.ask(N.CREDIT, 50, S.REQUESTED, reserved_amount=150)
        refunded.do(N.CREDIT, 300, E.REFUNDED_IN_PART, refunded_amount=300)
        refunded.settle(waiting, S.REFUSED, reserved_amount=50)
        sales["refunded"] = refunded
        overtaken = approved(session, *ids)
        first = overtaken.ask(N.CANCEL, 600, S.REQUESTED)
        overtaken.do(N.CANCEL, 100, E.CANCELLED_IN_PART, amount=900)
        sales["overtaken"] = overtaken.settle(first, S.DONE, E.CANCELLED_IN_PART, amount=300)
        session.add(
            Submission(
                merchant_id=merchant_id,
                key="k",
                digest="1:x",
                verb="refund",
                transaction_id=refunded.row.id,
                operation_id=asked.id,
                created_at=now(),
            )
        )
    found: dict[str, Any] = {name: sale.row.reference for name, sale in sales.items()}
    return found | {"contract": contract.id, "card": card.id, "merchant": merchant_id}
