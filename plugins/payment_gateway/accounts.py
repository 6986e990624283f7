"""A gateway account: which adapter a contract's sales go through, and under which merchant and key.

The secret is never in the database: `secret_name` names a file under `$EGESTION_DATA_DIR/secrets/gateway/` or, with
`env:` before it, an environment variable.
"""

from __future__ import annotations

from enum import StrEnum
from typing import cast

from sqlalchemy import CheckConstraint, Index, String, Table, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.models import Contract, Merchant, Transaction
from app.models.base import AdministeredByMerchant, Key, Model, Moment, code, one_of, owned, refers


class SealPolicy(StrEnum):
    REQUIRED = "REQUIRED"
    ABSENT_ALLOWED = "ABSENT_ALLOWED"  # the platform's test server only


STOPPED_AFTER = 3  # replies in a row whose seal fails or is missing (domain.md section 8)


class GatewayAccount(AdministeredByMerchant, Model):
    """`bad_seals` counts replies in a row that could not be verified; at STOPPED_AFTER new orders stop (`paused_at`).

    `blackout`: the bank keeps its nightly hours without cash operations (domain.md section 2 "Dates").
    """

    __tablename__ = "gateway_account"
    __table_args__ = owned(
        "gateway_account",
        refers("gateway_account", "contract_id", "contract"),
        one_of("seal_policy", SealPolicy, "ck_gateway_account_seal_policy"),
        CheckConstraint("bad_seals >= 0", name="ck_gateway_account_bad_seals"),
        Index("uq_gateway_account_live", "contract_id", unique=True, postgresql_where=text("active")),
    )

    id: Mapped[Key]
    merchant_id: Mapped[int]
    contract_id: Mapped[int]
    adapter: Mapped[str] = mapped_column(code(), default="sips")
    url: Mapped[str] = mapped_column(String(200))
    bank_merchant_id: Mapped[str] = mapped_column(code(15))
    key_version: Mapped[int] = mapped_column(default=1)
    secret_name: Mapped[str] = mapped_column(String(120))
    seal_policy: Mapped[str] = mapped_column(code(), default=SealPolicy.REQUIRED)
    blackout: Mapped[bool] = mapped_column(default=True)
    active: Mapped[bool] = mapped_column(default=True)
    paused_at: Mapped[Moment | None]
    bad_seals: Mapped[int] = mapped_column(default=0)

    merchant: Mapped[Merchant] = relationship(
        primaryjoin="foreign(GatewayAccount.merchant_id) == Merchant.id", viewonly=True
    )
    contract: Mapped[Contract] = relationship(
        primaryjoin="foreign(GatewayAccount.contract_id) == Contract.id", viewonly=True
    )

    def __str__(self) -> str:
        return f"{self.adapter} {self.bank_merchant_id}"


# The sale is the core's table, the account ours: the core names the column, the key between both is added here, so that
# the core's models stand without the plug-in (docs/decisions/0060).
cast(Table, Transaction.__table__).append_constraint(refers("transaction", "gateway_account_id", "gateway_account"))
