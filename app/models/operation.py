"""What was asked of a transaction and what came of it; at most one SENT or UNKNOWN at a time."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..domain.states import OperationName, OperationStatus
from .base import Key, MerchantOwned, Minor, Model, Moment, code, one_of, owned, refers

# Who approves is another than who asked; where nobody asked, nobody approves (a comparison with null would let it pass).
_FOUR_EYES = "approved_by_id IS NULL OR (requested_by_id IS NOT NULL AND approved_by_id <> requested_by_id)"


class Operation(MerchantOwned, Model):
    """`before_*` is what the bank last said before this was sent: the difference to an inquiry tells the outcome.

    `deadline`, `ended_at` and `next_inquiry_at` are real time (leases), `created_at`, `settled_at`
    and `due_at` (when a WAITING one may leave) business time, as is `left_at` in the evidence of what waited before it was sent.
    """

    __tablename__ = "operation"
    __table_args__ = owned(
        "operation",
        refers("operation", "transaction_id", "transaction"),
        refers("operation", "remittance_id", "remittance"),
        one_of("name", OperationName, "ck_operation_name"),
        one_of("status", OperationStatus, "ck_operation_status"),
        CheckConstraint("amount >= 0", name="ck_operation_amount"),
        CheckConstraint(_FOUR_EYES, name="ck_operation_four_eyes"),
        UniqueConstraint("transaction_id", "sequence", name="uq_operation_sequence"),
        UniqueConstraint("remittance_id", "remittance_line", name="uq_operation_remittance_line"),
        Index(
            "uq_operation_open",
            "transaction_id",
            unique=True,
            postgresql_where=text("status IN ('SENT', 'UNKNOWN')"),
        ),
        Index(
            "ix_operation_unsettled",
            "status",
            "next_inquiry_at",
            postgresql_where=text("status IN ('SENT', 'UNKNOWN', 'WAITING')"),
        ),
        Index("ix_operation_created", "merchant_id", "created_at", "id"),
        Index("ix_operation_settled", "merchant_id", "settled_at", "id"),
        Index("ix_operation_name", "merchant_id", "name", "created_at", "id"),
        Index("ix_operation_status", "merchant_id", "status", "created_at", "id"),
    )

    id: Mapped[Key]
    merchant_id: Mapped[int]
    transaction_id: Mapped[int]
    sequence: Mapped[int]
    name: Mapped[str] = mapped_column(code())
    status: Mapped[str] = mapped_column(code())
    amount: Mapped[Minor]
    new_amount: Mapped[Minor | None]
    new_state: Mapped[str | None] = mapped_column(code())
    reason: Mapped[str | None] = mapped_column(code())
    note: Mapped[str | None] = mapped_column(String(256))
    response_code: Mapped[str | None] = mapped_column(code(2))
    acquirer_response_code: Mapped[str | None] = mapped_column(code(4))
    authorisation_id: Mapped[str | None] = mapped_column(code(10))
    origin: Mapped[str | None] = mapped_column(code(20))
    remittance_id: Mapped[int | None]
    remittance_line: Mapped[int | None]

    before_status: Mapped[str | None] = mapped_column(code())
    before_amount: Mapped[Minor | None]
    before_captured_amount: Mapped[Minor | None]
    before_refunded_amount: Mapped[Minor | None]
    evidence: Mapped[dict[str, Any] | None] = mapped_column(JSONB)

    created_at: Mapped[Moment]
    created_by_id: Mapped[int | None]
    created_by: Mapped[str] = mapped_column(code(64))
    requested_by_id: Mapped[int | None]
    approved_by_id: Mapped[int | None]
    approved_by: Mapped[str | None] = mapped_column(code(64))
    settled_at: Mapped[Moment | None]

    sent_at: Mapped[Moment | None]
    deadline: Mapped[Moment | None]
    ended_at: Mapped[Moment | None]
    next_inquiry_at: Mapped[Moment | None]
    due_at: Mapped[Moment | None]
    inquiries: Mapped[int] = mapped_column(default=0)
    not_found_count: Mapped[int] = mapped_column(default=0)

    transaction: Mapped[Any] = relationship(
        "Transaction", primaryjoin="foreign(Operation.transaction_id) == Transaction.id", viewonly=True
    )
    remittance: Mapped[Any] = relationship(
        "Remittance", primaryjoin="foreign(Operation.remittance_id) == Remittance.id", viewonly=True
    )


class TransactionEvent(MerchantOwned, Model):
    """Append-only: what happened, the state and amounts before and after, and by whom."""

    __tablename__ = "event"
    __table_args__ = owned(
        "event",
        refers("event", "transaction_id", "transaction"),
        refers("event", "operation_id", "operation"),
        Index("ix_event_transaction", "merchant_id", "transaction_id", "id"),
        Index("ix_event_at", "merchant_id", "at", "id"),
    )

    id: Mapped[Key]
    merchant_id: Mapped[int]
    transaction_id: Mapped[int]
    operation_id: Mapped[int | None]
    at: Mapped[Moment]
    kind: Mapped[str] = mapped_column(code(40))
    from_state: Mapped[str] = mapped_column(code())
    to_state: Mapped[str] = mapped_column(code())
    amount: Mapped[Minor]
    captured_amount: Mapped[Minor]
    refunded_amount: Mapped[Minor]
    reserved_amount: Mapped[Minor]
    actor_id: Mapped[int | None]
    actor: Mapped[str] = mapped_column(code(64))
    data: Mapped[dict[str, Any] | None] = mapped_column(JSONB)

    transaction: Mapped[Any] = relationship(
        "Transaction", primaryjoin="foreign(TransactionEvent.transaction_id) == Transaction.id", viewonly=True
    )


class Submission(MerchantOwned, Model):
    """One submitted form or Idempotency-Key: the first to insert it wins, every other gets what the first made."""

    __tablename__ = "submission"
    __table_args__ = owned(
        "submission",
        refers("submission", "transaction_id", "transaction", deferred=True),
        refers("submission", "operation_id", "operation", deferred=True),
        UniqueConstraint("merchant_id", "key", name="uq_submission_key"),
    )

    id: Mapped[Key]
    merchant_id: Mapped[int]
    key: Mapped[str] = mapped_column(code(255))
    digest: Mapped[str] = mapped_column(code(80))
    verb: Mapped[str] = mapped_column(code(40))
    transaction_id: Mapped[int | None]
    operation_id: Mapped[int | None]
    created_at: Mapped[Moment]
