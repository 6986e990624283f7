"""What stands in one merchant's books, and in the bank's, and whether they agree."""

from __future__ import annotations

import time
from collections import Counter, defaultdict

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from app.database import Scope, unit_of_work
from app.models import Alarm, Operation, RiskHit, Submission, Transaction
from app.ports import BankView
from plugins.payment_gateway.account_access import gateway_for
from plugins.payment_gateway.accounts import GatewayAccount
from plugins.payment_gateway.checks import difference
from tests.bank.conftest import BankProcess


class Books:
    """One merchant's sales, here and at the bank."""

    def __init__(self, bank: BankProcess, merchant_id: int) -> None:
        self.bank, self.id = bank, merchant_id
        self.differs: set[str] = set()  # sales the test made the bank see otherwise

    def sale(self, reference: str) -> Transaction:
        """The sale as it is now, with its operations and events."""
        statement = (
            select(Transaction)
            .where(Transaction.reference == reference)
            .options(
                selectinload(Transaction.operations),
                selectinload(Transaction.events),
                selectinload(Transaction.merchant),
                selectinload(Transaction.contract),
                selectinload(Transaction.customer),
            )
        )
        with unit_of_work(Scope((self.id,))) as session:
            return session.scalars(statement).one()

    def amounts(self, reference: str) -> tuple[str, int, int, int, int]:
        """State, amount, captured, refunded, reserved."""
        sale = self.sale(reference)
        return sale.state, sale.amount, sale.captured_amount, sale.refunded_amount, sale.reserved_amount

    def last(self, reference: str) -> Operation:
        """The last operation of a sale."""
        found: Operation = self.sale(reference).operations[-1]
        return found

    def alarms(self) -> list[str]:
        """The kinds of alarms raised, in order."""
        with unit_of_work(Scope((self.id,))) as session:
            return list(session.scalars(select(Alarm.kind).order_by(Alarm.id)))

    def hits(self, reference: str) -> list[tuple[str, str, str]]:
        """Rule, decision and code of each stored hit."""
        sale = self.sale(reference)
        with unit_of_work(Scope((self.id,))) as session:
            rows = session.scalars(select(RiskHit).where(RiskHit.transaction_id == sale.id).order_by(RiskHit.id))
            return [(row.rule, row.decision, row.code) for row in rows]

    def keys(self) -> int:
        """How many Idempotency-Keys were consumed."""
        with unit_of_work(Scope((self.id,))) as session:
            return session.query(Submission).count()

    def sales(self) -> list[Transaction]:
        """All sales of the merchant with their operations."""
        with unit_of_work(Scope((self.id,))) as session:
            return list(
                session.scalars(
                    select(Transaction).options(selectinload(Transaction.operations)).order_by(Transaction.id)
                )
            )

    # --- the bank's own books ---------------------------------------------------------------------------------------

    def journal(self, reference: str) -> list[tuple[str, int | None, str]]:
        """What the bank did or refused on a sale: operation, amount, code."""
        return [(each["operation"], each["amount"], each["responseCode"]) for each in self.bank.journal(reference)]

    def done(self, reference: str) -> list[tuple[str, int | None]]:
        """What the bank did on a sale: operation and amount."""
        return [(operation, amount) for operation, amount, code in self.journal(reference) if code == "00"]

    def view(self, sale: Transaction) -> BankView:
        """What the bank says when it is asked."""
        with unit_of_work(Scope((self.id,))) as session:
            account = session.get_one(GatewayAccount, sale.gateway_account_id)
        return gateway_for(account).inquire(sale.reference, time.monotonic() + 5)

    def demand_agreement(self) -> None:
        """I2 and I3, sale by sale: what is settled here is so at the bank, and nothing was done there twice."""
        done: dict[str, Counter[str]] = defaultdict(Counter)
        for entry in self.bank.journal():
            if entry["responseCode"] == "00":
                done[entry["transactionReference"]][entry["operation"]] += 1
        for sale in self.sales():
            counts = done[sale.reference]
            assert counts["TRANSACTION"] + counts["DUPLICATE"] <= 1, sale.reference
            assert counts["VALIDATE"] <= 1, sale.reference
            if sale.reference not in self.differs and all(each.settled_at is not None for each in sale.operations):
                assert difference(sale, self.view(sale)) is None
