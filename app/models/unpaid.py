"""An unpaid (chargeback): never changes a transaction's state or amounts."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Key, MerchantOwned, Minor, Model, Moment, code, one_of, owned, refers

STAGES = ("NOTIFIED", "CONTESTED", "WON", "LOST", "ACCEPTED")


class Unpaid(MerchantOwned, Model):
    __tablename__ = "unpaid"
    __table_args__ = owned(
        "unpaid",
        refers("unpaid", "transaction_id", "transaction"),
        refers("unpaid", "contract_id", "contract"),
        one_of("stage", STAGES, "ck_unpaid_stage"),
        CheckConstraint("amount > 0", name="ck_unpaid_amount"),
        Index("ix_unpaid_transaction", "merchant_id", "transaction_id"),
        Index("ix_unpaid_deadline", "merchant_id", "response_deadline", "id"),
    )

    id: Mapped[Key]
    merchant_id: Mapped[int]
    contract_id: Mapped[int]
    transaction_id: Mapped[int | None]
    stage: Mapped[str] = mapped_column(code(), default="NOTIFIED")
    amount: Mapped[Minor]
    currency: Mapped[str] = mapped_column(code(3))
    notified_on: Mapped[date]
    response_deadline: Mapped[date]
    reason_code: Mapped[str] = mapped_column(code(8))
    scheme: Mapped[str | None] = mapped_column(code())
    bank_reference: Mapped[str | None] = mapped_column(String(35))
    source: Mapped[str] = mapped_column(code())
    created_at: Mapped[Moment]

    transaction: Mapped[Any] = relationship(
        "Transaction", primaryjoin="foreign(Unpaid.transaction_id) == Transaction.id", viewonly=True
    )
