"""A remittance: per contract and day, numbered without gaps; its lines are operations."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from .base import Key, MerchantOwned, Minor, Model, Moment, code, one_of, owned, refers

STATES = ("OPEN", "SENDING", "SENT", "PARTLY_SENT", "SETTLED")


class Remittance(MerchantOwned, Model):
    """Sums and counts of an OPEN remittance are read from its operations; they are written here when it closes."""

    __tablename__ = "remittance"
    __table_args__ = owned(
        "remittance",
        refers("remittance", "contract_id", "contract"),
        one_of("state", STATES, "ck_remittance_state"),
        CheckConstraint("number > 0 AND last_line >= 0", name="ck_remittance_numbers"),
        UniqueConstraint("contract_id", "number", name="uq_remittance_number"),
        Index("uq_remittance_open", "contract_id", unique=True, postgresql_where=text("state = 'OPEN'")),
        Index("ix_remittance_day", "merchant_id", "day", "id"),
        Index("ix_remittance_sending", "contract_id", postgresql_where=text("state IN ('OPEN', 'SENDING')")),
    )

    id: Mapped[Key]
    merchant_id: Mapped[int]
    contract_id: Mapped[int]
    number: Mapped[int]
    day: Mapped[date]
    state: Mapped[str] = mapped_column(code())
    last_line: Mapped[int] = mapped_column(default=0)
    debit_amount: Mapped[Minor] = mapped_column(default=0)
    credit_amount: Mapped[Minor] = mapped_column(default=0)
    lines: Mapped[int] = mapped_column(default=0)
    opened_at: Mapped[Moment]
    sent_at: Mapped[Moment | None]
    late_at: Mapped[Moment | None]  # when people were told that its run is late

    contract: Mapped[Any] = relationship(
        "Contract", primaryjoin="foreign(Remittance.contract_id) == Contract.id", viewonly=True
    )
