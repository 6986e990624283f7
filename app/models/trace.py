"""What must be seen or sent: rule hits, alarms, the audit, the outbox."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ForeignKeyConstraint, Index, Integer, String, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..ports import Decision
from .base import AdministeredByMerchant, Key, MerchantOwned, Model, Moment, code, one_of, owned, refers


class RiskHit(MerchantOwned, Model):
    """A rule that fired on an order; INFORM hits too."""

    __tablename__ = "risk_hit"
    __table_args__ = owned(
        "risk_hit",
        refers("risk_hit", "transaction_id", "transaction"),
        one_of("decision", Decision, "ck_risk_hit_decision"),
        Index("ix_risk_hit_transaction", "merchant_id", "transaction_id"),
    )

    id: Mapped[Key]
    merchant_id: Mapped[int]
    transaction_id: Mapped[int]
    rule: Mapped[str] = mapped_column(String(80))
    decision: Mapped[str] = mapped_column(code())
    code: Mapped[str] = mapped_column(code(2))
    info: Mapped[str] = mapped_column(String(255))
    at: Mapped[Moment]

    transaction: Mapped[Any] = relationship(
        "Transaction", primaryjoin="foreign(RiskHit.transaction_id) == Transaction.id", viewonly=True
    )


class Alarm(MerchantOwned, Model):
    """Something a person must look at: a row on the dashboard until acknowledged, one mail, a metric."""

    __tablename__ = "alarm"
    __table_args__ = owned(
        "alarm",
        refers("alarm", "transaction_id", "transaction"),
        Index("ix_alarm_at", "merchant_id", "at", "id"),
        Index("ix_alarm_open", "merchant_id", "at", postgresql_where=text("acknowledged_at IS NULL")),
    )

    id: Mapped[Key]
    merchant_id: Mapped[int]
    transaction_id: Mapped[int | None]
    kind: Mapped[str] = mapped_column(code(40))
    message: Mapped[str] = mapped_column(String(255))
    params: Mapped[dict[str, Any]] = mapped_column(JSONB, default=dict)
    at: Mapped[Moment]
    acknowledged_at: Mapped[Moment | None]
    acknowledged_by: Mapped[str | None] = mapped_column(code(64))
    note: Mapped[str | None] = mapped_column(String(256))

    transaction: Mapped[Any] = relationship(
        "Transaction", primaryjoin="foreign(Alarm.transaction_id) == Transaction.id", viewonly=True
    )


class AuditEntry(AdministeredByMerchant, Model):
    """Who did what to what, from where, with which outcome (PCI DSS 10.2); written with the change it tells of."""

    __tablename__ = "audit"
    __table_args__ = (
        ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name="fk_audit_merchant"),
        one_of("outcome", ("OK", "REFUSED"), "ck_audit_outcome"),
        Index("ix_audit_at", "merchant_id", "at", "id"),
    )

    id: Mapped[Key]
    merchant_id: Mapped[int | None] = mapped_column(Integer, nullable=True)
    at: Mapped[Moment]
    actor_id: Mapped[int | None]
    actor: Mapped[str] = mapped_column(code(64))
    kind: Mapped[str] = mapped_column(code(40))
    outcome: Mapped[str] = mapped_column(code(8))
    origin: Mapped[str] = mapped_column(code(64))
    object: Mapped[str] = mapped_column(String(120))
    data: Mapped[dict[str, Any] | None] = mapped_column(JSONB)


class OutboxMail(MerchantOwned, Model):
    """A mail to leave after the commit that wrote it; its Message-ID is fixed here, so a repeat is the same mail.

    `next_try_at` and `first_try_at` are real time (leases, back-off), `created_at` and `sent_at` business time.
    """

    __tablename__ = "outbox"
    __table_args__ = owned(
        "outbox",
        one_of("state", ("DUE", "SENT", "FAILED"), "ck_outbox_state"),
        one_of("carrier", ("SMTP", "FILE"), "ck_outbox_carrier"),
        UniqueConstraint("message_id", name="uq_outbox_message_id"),
        Index("ix_outbox_due", "next_try_at", postgresql_where=text("state = 'DUE'")),
        Index("ix_outbox_created", "merchant_id", "created_at", "id"),
    )

    id: Mapped[Key]
    merchant_id: Mapped[int]
    message_id: Mapped[str] = mapped_column(code(120))
    kind: Mapped[str] = mapped_column(code(40))
    recipients: Mapped[list[str]] = mapped_column(JSONB)
    language: Mapped[str] = mapped_column(code(2), default="fr")
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(code(), default="DUE")
    tries: Mapped[int] = mapped_column(default=0)
    last_error: Mapped[str | None] = mapped_column(String(200))
    created_at: Mapped[Moment]
    next_try_at: Mapped[Moment]
    first_try_at: Mapped[Moment | None]
    sent_at: Mapped[Moment | None]
    carrier: Mapped[str | None] = mapped_column(code(8))

    merchant: Mapped[Any] = relationship(
        "Merchant", primaryjoin="foreign(OutboxMail.merchant_id) == Merchant.id", viewonly=True
    )
