"""A card as far as it may be kept: brand, first six, last four, and one keyed fingerprint per live key version."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from .base import Key, MerchantOwned, Model, Moment, code, owned, refers


class Card(MerchantOwned, Model):
    __tablename__ = "card"
    __table_args__ = owned(
        "card",
        CheckConstraint("bin ~ '^[0-9]{6}$'", name="ck_card_bin"),
        CheckConstraint("last4 ~ '^[0-9]{4}$'", name="ck_card_last4"),
    )

    id: Mapped[Key]
    merchant_id: Mapped[int]
    bin: Mapped[str] = mapped_column(code(6))
    last4: Mapped[str] = mapped_column(code(4))
    created_at: Mapped[Moment]


class CardFingerprint(MerchantOwned, Model):
    """HMAC-SHA-256 over the whole number with a key outside the database; a hit under an old key adds the new one."""

    __tablename__ = "card_fingerprint"
    __table_args__ = owned(
        "card_fingerprint",
        refers("card_fingerprint", "card_id", "card"),
        CheckConstraint("fingerprint ~ '^[0-9a-f]{64}$'", name="ck_card_fingerprint"),
        UniqueConstraint("merchant_id", "key_version", "fingerprint", name="uq_card_fingerprint"),
        UniqueConstraint("merchant_id", "card_id", "key_version", name="uq_card_fingerprint_version"),
    )

    id: Mapped[Key]
    merchant_id: Mapped[int]
    card_id: Mapped[int]
    key_version: Mapped[int]
    fingerprint: Mapped[str] = mapped_column(code(64))
    created_at: Mapped[Moment]
