"""Who may sell what: merchants, their contracts, options, limits, reasons, and who belongs to them."""

from __future__ import annotations

from datetime import date, time
from enum import StrEnum
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..domain.closed_days import days_in
from ..domain.credits import Credit, expected_credit
from ..domain.states import CaptureMode
from ..domain.verbs import Verb
from .base import AdministeredByMerchant, Key, Minor, Model, code, one_of, owned


class MerchantStatus(StrEnum):
    INVITED = "INVITED"
    ACTIVE = "ACTIVE"
    SUSPENDED = "SUSPENDED"  # no new order, the rest goes on
    ENDED = "ENDED"  # likewise, for 15 months


class ClerkCancels(StrEnum):
    SAME_DAY = "SAME_DAY"
    UNTIL_REMITTANCE = "UNTIL_REMITTANCE"


CUSTOMER_FIELDS = ("name", "telephone", "email", "postal_code", "address", "country")


class Merchant(Model):
    __tablename__ = "merchant"
    __table_args__ = (
        CheckConstraint("short_name ~ '^[A-Z0-9]{2,20}$'", name="ck_merchant_short_name"),
        CheckConstraint("default_capture_day BETWEEN 0 AND 6", name="ck_merchant_capture_day"),
        one_of("status", MerchantStatus, "ck_merchant_status"),
        one_of("default_capture_mode", CaptureMode, "ck_merchant_capture_mode"),
        one_of("clerk_cancels", ClerkCancels, "ck_merchant_clerk_cancels"),
        one_of("language", ("fr", "en"), "ck_merchant_language"),
    )

    id: Mapped[Key]
    short_name: Mapped[str] = mapped_column(code(20), unique=True)
    name: Mapped[str] = mapped_column(String(80))
    siret: Mapped[str | None] = mapped_column(code(14))
    country: Mapped[str] = mapped_column(code(2), default="FR")
    zone: Mapped[str] = mapped_column(String(40), default="Europe/Paris")
    language: Mapped[str] = mapped_column(code(2), default="fr")
    currency: Mapped[str] = mapped_column(code(3), default="EUR")
    status: Mapped[str] = mapped_column(code(), default=MerchantStatus.ACTIVE)
    default_capture_mode: Mapped[str] = mapped_column(code(), default=CaptureMode.AUTHOR_CAPTURE)
    default_capture_day: Mapped[int] = mapped_column(default=0)
    default_brand: Mapped[str] = mapped_column(code(), default="CB")
    order_number_required: Mapped[bool] = mapped_column(default=False)
    security_code_required: Mapped[bool] = mapped_column(default=False)
    forcing_allowed: Mapped[bool] = mapped_column(default=False)
    clerk_cancels: Mapped[str] = mapped_column(code(), default=ClerkCancels.SAME_DAY)
    customer_fields: Mapped[str] = mapped_column(String(120), default="name,telephone,email")

    contracts: Mapped[list[Contract]] = relationship(viewonly=True, order_by="Contract.id")
    options: Mapped[list[MerchantOption]] = relationship(viewonly=True)

    def __str__(self) -> str:
        return self.name


class Contract(AdministeredByMerchant, Model):
    """An acceptance contract with the bank: one for CB, Visa and Mastercard, one more where Amex is on file."""

    __tablename__ = "contract"
    __table_args__ = owned(
        "contract",
        CheckConstraint("number ~ '^[0-9A-Z]{3,15}$'", name="ck_contract_number"),
        one_of("scheme", ("CARD", "AMEX"), "ck_contract_scheme"),
        one_of("settlement", ("GROSS", "NET"), "ck_contract_settlement"),
        UniqueConstraint("number", name="uq_contract_number"),  # the bank gives a number once
    )

    id: Mapped[Key]
    merchant_id: Mapped[int]
    number: Mapped[str] = mapped_column(code(15))
    name: Mapped[str] = mapped_column(String(80), default="")
    scheme: Mapped[str] = mapped_column(code(), default="CARD")
    currency: Mapped[str] = mapped_column(code(3), default="EUR")
    cut_off: Mapped[time] = mapped_column(default=time(21, 0))
    settlement: Mapped[str] = mapped_column(code(), default="GROSS")
    account: Mapped[str | None] = mapped_column(code(34))
    bank_closed_on: Mapped[str | None] = mapped_column(String(220))  # ISO days, by commas, beside TARGET's closing days
    referral_telephone: Mapped[str | None] = mapped_column(String(30))
    immediate_allowed: Mapped[bool] = mapped_column(default=False)
    active: Mapped[bool] = mapped_column(default=True)

    merchant: Mapped[Merchant] = relationship(viewonly=True)

    def __str__(self) -> str:
        return self.number

    def credit_of(self, remitted: date) -> Credit:
        """Return when a remittance of that day is expected on the account: its bank's own closed days count too."""
        return expected_credit(remitted, self.scheme, days_in(self.bank_closed_on))


class MerchantOption(AdministeredByMerchant, Model):
    """An option subscribed from a day on, until a day or open-ended."""

    __tablename__ = "merchant_option"
    __table_args__ = owned(
        "merchant_option",
        one_of("code", ("AMEX", "RISK", "JRB", "JRI", "TERMINAL", "PAY_LINK"), "ck_option_code"),
        CheckConstraint("until_day IS NULL OR until_day >= from_day", name="ck_option_days"),
        Index("uq_option_open", "merchant_id", "code", unique=True, postgresql_where="until_day IS NULL"),
    )

    id: Mapped[Key]
    merchant_id: Mapped[int]
    code: Mapped[str] = mapped_column(code())
    from_day: Mapped[date]
    until_day: Mapped[date | None]

    merchant: Mapped[Merchant] = relationship(viewonly=True)

    def __str__(self) -> str:
        return self.code


class MerchantLimit(AdministeredByMerchant, Model):
    """Above `amount` (minor units) the verb waits for a second person (four eyes)."""

    __tablename__ = "merchant_limit"
    __table_args__ = owned(
        "merchant_limit",
        one_of("verb", (Verb.CANCEL, Verb.REFUND, Verb.VALIDATE, Verb.CAPTURE), "ck_limit_verb"),
        CheckConstraint("amount >= 0", name="ck_limit_amount"),
        UniqueConstraint("merchant_id", "verb", name="uq_limit_verb"),
    )

    id: Mapped[Key]
    merchant_id: Mapped[int]
    verb: Mapped[str] = mapped_column(code())
    amount: Mapped[Minor]

    merchant: Mapped[Merchant] = relationship(viewonly=True)


class Reason(AdministeredByMerchant, Model):
    """Why a sale is cancelled or refunded: the merchant's own list, shipped with five."""

    __tablename__ = "reason"
    __table_args__ = owned("reason", UniqueConstraint("merchant_id", "code", name="uq_reason_code"))

    id: Mapped[Key]
    merchant_id: Mapped[int]
    code: Mapped[str] = mapped_column(code())
    label_fr: Mapped[str] = mapped_column(String(80))
    label_en: Mapped[str] = mapped_column(String(80))
    active: Mapped[bool] = mapped_column(default=True)

    merchant: Mapped[Merchant] = relationship(viewonly=True)

    def __str__(self) -> str:
        return self.code


SHIPPED_REASONS = (
    ("DISPUTE", "Litige", "Dispute"),
    ("OUT_OF_STOCK", "Rupture de stock", "Out of stock"),
    ("RETURNED", "Retour de marchandise", "Goods returned"),
    ("KEYING_ERROR", "Erreur de saisie", "Keying error"),
    ("GOODWILL", "Geste commercial", "Goodwill"),
)


class Membership(Model):
    """Which user belongs to which merchant; outside row security, since it is what the scope is made from."""

    __tablename__ = "membership"
    __table_args__ = (UniqueConstraint("user_id", "merchant_id", name="uq_membership"),)

    id: Mapped[Key]
    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"))
    merchant_id: Mapped[int] = mapped_column(ForeignKey("merchant.id"))

    merchant: Mapped[Merchant] = relationship(viewonly=True)
    user: Mapped[Any] = relationship("flask_appbuilder.security.sqla.models.User", viewonly=True)


class UserSetting(Model):
    """What a person chose, and the number that kills their bearer tokens when it moves."""

    __tablename__ = "user_setting"
    __table_args__ = (
        one_of("language", ("", "fr", "en"), "ck_user_setting_language"),
        one_of("text_size", ("small", "normal", "large"), "ck_user_setting_text_size"),
    )

    user_id: Mapped[int] = mapped_column(ForeignKey("ab_user.id", ondelete="CASCADE"), primary_key=True)
    language: Mapped[str] = mapped_column(code(2), default="")
    text_size: Mapped[str] = mapped_column(code(), default="normal")
    token_version: Mapped[int] = mapped_column(default=0)
