"""Who ordered: one immutable row per order or amendment that names a customer."""

from __future__ import annotations

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from .base import Key, MerchantOwned, Model, Moment, code, owned


class Customer(MerchantOwned, Model):
    """`*_key` columns are normalised for search by equality or prefix: upper case, no accents, digits only."""

    __tablename__ = "customer"
    __table_args__ = owned(
        "customer",
        Index("ix_customer_name", "merchant_id", "name_key", "id"),
        Index("ix_customer_telephone", "merchant_id", "telephone_key", "id"),
        Index("ix_customer_email", "merchant_id", "email_key", "id"),
    )

    id: Mapped[Key]
    merchant_id: Mapped[int]
    name: Mapped[str | None] = mapped_column(String(80))
    telephone: Mapped[str | None] = mapped_column(String(30))
    email: Mapped[str | None] = mapped_column(String(254))
    postal_code: Mapped[str | None] = mapped_column(String(12))
    address: Mapped[str | None] = mapped_column(String(240))
    country: Mapped[str | None] = mapped_column(code(2))
    name_key: Mapped[str | None] = mapped_column(code(80))
    telephone_key: Mapped[str | None] = mapped_column(code(30))
    email_key: Mapped[str | None] = mapped_column(code(254))
    created_at: Mapped[Moment]
