"""The sale (domain.md section 2): amounts, state, dates, codes, and what the bank last said of it."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import CheckConstraint, Index, SmallInteger, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..domain.brands import BrandChoice
from ..domain.states import STORED, CaptureMode
from .base import Key, MerchantOwned, Minor, Model, Moment, code, one_of, owned, refers

CHANNELS = ("TELEPHONE_ORDER", "MAIL_ORDER", "FAX_ORDER", "TERMINAL", "PAY_LINK")
PATTERNS = ("ONE_SHOT", "RECURRING_1", "RECURRING_N", "INSTALMENT")


_AMOUNTS = """refunded_amount >= 0 AND reserved_amount >= 0 AND refunded_amount + reserved_amount <= captured_amount
AND captured_amount <= amount AND amount <= original_amount AND original_amount > 0"""
_BY_STATE = """CASE WHEN state IN ('CANCELLED', 'EXPIRED') THEN amount = 0 AND captured_amount = 0
WHEN state IN ('PENDING', 'REFERRAL', 'REFUSED') THEN amount = original_amount AND captured_amount = 0
WHEN state = 'CREDITED' THEN captured_amount = amount AND refunded_amount = captured_amount
WHEN state = 'CAPTURED' THEN captured_amount = amount AND captured_amount > 0
ELSE captured_amount = 0 AND amount > 0 END"""


def _sorted_by(name: str, *columns: str) -> Index:
    return Index(f"ix_transaction_{name}", "merchant_id", *columns, "id")


class Transaction(MerchantOwned, Model):
    __tablename__ = "transaction"
    __table_args__ = owned(
        "transaction",
        refers("transaction", "contract_id", "contract"),
        refers("transaction", "card_id", "card"),
        refers("transaction", "customer_row_id", "customer"),
        refers("transaction", "duplicate_of_id", "transaction"),
        CheckConstraint(_AMOUNTS, name="ck_transaction_amounts"),
        CheckConstraint(_BY_STATE, name="ck_transaction_amounts_by_state"),
        CheckConstraint("capture_day BETWEEN 0 AND 6", name="ck_transaction_capture_day"),
        CheckConstraint("last4 ~ '^[0-9]{4}$' AND bin ~ '^[0-9]{6}$'", name="ck_transaction_card"),
        one_of("state", STORED, "ck_transaction_state"),
        one_of("channel", CHANNELS, "ck_transaction_channel"),
        one_of("payment_pattern", PATTERNS, "ck_transaction_pattern"),
        one_of("capture_mode", CaptureMode, "ck_transaction_capture_mode"),
        one_of("brand_choice", BrandChoice, "ck_transaction_brand_choice"),
        UniqueConstraint("reference", name="uq_transaction_reference"),
        _sorted_by("created", "created_at"),
        _sorted_by("brand", "brand"),
        _sorted_by("order", "order_key"),
        _sorted_by("original", "original_amount"),
        _sorted_by("amount", "amount"),
        _sorted_by("state", "state", "created_at"),
        _sorted_by("channel", "channel", "created_at"),
        _sorted_by("last4", "last4", "created_at"),
        _sorted_by("clerk", "created_by", "created_at"),
        _sorted_by("customer", "customer_id", "created_at"),
        _sorted_by("card", "card_id", "created_at"),
        Index(  # partial: without statistics a planner would take it for any order of the merchant
            "ix_transaction_customer_row",
            "merchant_id",
            "customer_row_id",
            postgresql_where="customer_row_id IS NOT NULL",
        ),
        Index(
            "ix_transaction_shipping",
            "merchant_id",
            "shipping_date",
            "id",
            postgresql_where="shipping_date IS NOT NULL",
        ),
        Index("ix_transaction_due", "capture_date", postgresql_where="state = 'TO_CAPTURE'"),
        Index(
            "ix_transaction_lapsing",
            "limit_date",
            postgresql_where="state IN ('TO_CAPTURE', 'TO_VALIDATE', 'TO_CHALLENGE', 'REFERRAL')",
        ),
    )

    id: Mapped[Key]
    merchant_id: Mapped[int]
    contract_id: Mapped[int]
    reference: Mapped[str] = mapped_column(code(35))
    order_number: Mapped[str | None] = mapped_column(String(32))
    order_key: Mapped[str | None] = mapped_column(code(32))
    channel: Mapped[str] = mapped_column(code())
    state: Mapped[str] = mapped_column(code())
    payment_pattern: Mapped[str] = mapped_column(code(), default="ONE_SHOT")
    order_group: Mapped[str | None] = mapped_column(code(35))

    currency: Mapped[str] = mapped_column(code(3))
    original_amount: Mapped[Minor]
    amount: Mapped[Minor]
    captured_amount: Mapped[Minor] = mapped_column(default=0)
    refunded_amount: Mapped[Minor] = mapped_column(default=0)
    reserved_amount: Mapped[Minor] = mapped_column(default=0)

    card_id: Mapped[int]
    brand: Mapped[str] = mapped_column(code())
    brand_choice: Mapped[str] = mapped_column(code(), default="ONLY")
    bin: Mapped[str] = mapped_column(code(6))
    last4: Mapped[str] = mapped_column(code(4))
    masked_pan: Mapped[str] = mapped_column(code(19))
    card_expiry: Mapped[str] = mapped_column(code(6))
    bin_country: Mapped[str | None] = mapped_column(code(2))
    bin_type: Mapped[str | None] = mapped_column(code())
    bin_commercial: Mapped[bool | None]
    bin_prepaid: Mapped[bool | None]
    bin_virtual: Mapped[bool | None]
    bin_systematic: Mapped[bool | None]
    bin_table_version: Mapped[str | None] = mapped_column(code())

    response_code: Mapped[str | None] = mapped_column(code(2))
    acquirer_response_code: Mapped[str | None] = mapped_column(code(4))
    csc_result: Mapped[str | None] = mapped_column(code(2))
    authorisation_id: Mapped[str | None] = mapped_column(code(10))
    risk_decision: Mapped[str | None] = mapped_column(code())
    complementary_code: Mapped[str | None] = mapped_column(code(2))
    complementary_info: Mapped[str | None] = mapped_column(String(255))
    score_color: Mapped[str | None] = mapped_column(code(8))

    capture_mode: Mapped[str] = mapped_column(code())
    capture_day: Mapped[int]
    capture_date: Mapped[date | None]
    limit_date: Mapped[date | None]
    shipping_date: Mapped[date | None]
    capture_error: Mapped[str | None] = mapped_column(code(8))
    held: Mapped[bool] = mapped_column(default=False)
    capture_tries: Mapped[int] = mapped_column(SmallInteger, default=0)  # that ended in an error of ours
    capture_next_at: Mapped[Moment | None]  # real time before which the runs leave it alone

    customer_id: Mapped[str | None] = mapped_column(code(19))
    customer_row_id: Mapped[int | None]
    return_context: Mapped[str | None] = mapped_column(String(256))
    note: Mapped[str | None] = mapped_column(String(256))
    duplicate_of_id: Mapped[int | None]

    gateway_account_id: Mapped[int | None]
    bank_status: Mapped[str | None] = mapped_column(code())
    bank_amount: Mapped[Minor | None]
    bank_captured_amount: Mapped[Minor | None]
    bank_refunded_amount: Mapped[Minor | None]

    created_at: Mapped[Moment]
    created_by_id: Mapped[int | None]
    created_by: Mapped[str] = mapped_column(code(64))
    answered_at: Mapped[Moment | None]
    captured_at: Mapped[Moment | None]
    not_received_at: Mapped[Moment | None]

    merchant: Mapped[Any] = relationship(
        "Merchant", primaryjoin="foreign(Transaction.merchant_id) == Merchant.id", viewonly=True
    )
    contract: Mapped[Any] = relationship(
        "Contract", primaryjoin="foreign(Transaction.contract_id) == Contract.id", viewonly=True
    )
    customer: Mapped[Any] = relationship(
        "Customer", primaryjoin="foreign(Transaction.customer_row_id) == Customer.id", viewonly=True
    )
    operations: Mapped[list[Any]] = relationship(
        "Operation",
        primaryjoin="Transaction.id == foreign(Operation.transaction_id)",
        order_by="Operation.sequence",
        viewonly=True,
    )
    events: Mapped[list[Any]] = relationship(
        "TransactionEvent",
        primaryjoin="Transaction.id == foreign(TransactionEvent.transaction_id)",
        order_by="TransactionEvent.id",
        viewonly=True,
    )
    unpaid: Mapped[list[Any]] = relationship(
        "Unpaid", primaryjoin="Transaction.id == foreign(Unpaid.transaction_id)", order_by="Unpaid.id", viewonly=True
    )

    @property
    def refundable_amount(self) -> int:
        """What may still be refunded, in minor units."""
        return self.captured_amount - self.refunded_amount - self.reserved_amount

    def __str__(self) -> str:
        return self.reference
