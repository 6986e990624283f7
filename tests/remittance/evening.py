"""One contract's evening: run it, look at its remittances and their lines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from sqlalchemy import select, update

from app.database import Scope, now, unit_of_work
from app.models import Contract, Operation, Remittance, Transaction
from plugins.payment_gateway.remittance.run import Tally, begin, send
from plugins.payment_gateway.remittance.sweep import due_contracts, tell_late
from tests.service.shop import Shop


class Evening:
    """The card contract of a shop."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        with unit_of_work(Scope((shop.id,))) as session:
            statement = select(Contract.id).where(Contract.merchant_id == shop.id).order_by(Contract.id).limit(1)
            self.contract = session.scalars(statement).one()

    def is_due(self) -> bool:
        """Whether the finder says that the contract's run has something to do."""
        return (self.contract, self.shop.id) in due_contracts()

    def run(self, day: date | None = None, told: Callable[..., None] | None = None) -> Tally:
        """One pass, as the sweep (or, with a day, the command) does it."""
        return send(self.shop.id, self.contract, begin(self.shop.id, self.contract, day), told)

    def tell_late(self) -> None:
        """What the sweep does after each pass."""
        with unit_of_work(Scope((self.shop.id,))) as session:
            tell_late(session, self.shop.id, self.contract, now())

    def remittances(self) -> list[tuple[int, str, str, int, int, int]]:
        """Number, day, state, sales, refunds, lines."""
        return [
            (each.number, each.day.isoformat(), each.state, each.debit_amount, each.credit_amount, each.lines)
            for each in self.rows()
        ]

    def rows(self) -> list[Remittance]:
        """The contract's remittances by number."""
        statement = select(Remittance).where(Remittance.contract_id == self.contract).order_by(Remittance.number)
        with unit_of_work(Scope((self.shop.id,))) as session:
            return list(session.scalars(statement))

    def states(self) -> list[str]:
        """The states alone."""
        return [each.state for each in self.rows()]

    def lines(self, number: int) -> list[tuple[int | None, str, str]]:
        """Line, name and status of every operation that has its place in a remittance."""
        remittance = next(each for each in self.rows() if each.number == number)
        with unit_of_work(Scope((self.shop.id,))) as session:
            found = session.scalars(
                select(Operation).where(Operation.remittance_id == remittance.id).order_by(Operation.remittance_line)
            )
            return [(each.remittance_line, each.name, each.status) for each in found]

    def change(self, reference: str, **values: Any) -> None:
        """Change a sale's row behind the desk's back."""
        with unit_of_work(Scope((self.shop.id,))) as session:
            session.execute(update(Transaction).where(Transaction.reference == reference).values(**values))

    def no_pause(self) -> None:
        """As if the pauses after failures were over."""
        with unit_of_work(Scope((self.shop.id,))) as session:
            session.execute(
                update(Transaction).where(Transaction.merchant_id == self.shop.id).values(capture_next_at=None)
            )
