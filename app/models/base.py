"""What every table of ours shares: types, the two kinds of merchant-owned tables, composite keys."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any

from flask_appbuilder import Model
from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from ..database import UtcDateTime

Key = Annotated[int, mapped_column(primary_key=True)]
Minor = Annotated[int, mapped_column(BigInteger)]
Moment = Annotated[datetime, mapped_column(UtcDateTime)]


def code(length: int = 32) -> String:
    """Return the type of stored codes and search keys: code-point order, so that equality and prefix reach an index."""
    return String(length, collation="C")


def one_of(column: str, values: Iterable[str] | type[StrEnum], name: str) -> CheckConstraint:
    """Return a CHECK that the column holds one of the values (no native ENUM: it breaks search and migrations)."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=name)


class MerchantOwned:
    """Money rows: visible only inside `app.merchants`. (merchant_id, id) is unique so that foreign keys carry both."""

    merchant_id: Mapped[int] = mapped_column(index=False)


class AdministeredByMerchant:
    """Settings rows: visible inside `app.merchants`, and to the administrator. The merchant itself is one by its id."""

    merchant_id: Mapped[Any] = mapped_column(Integer, nullable=False)


def owned(table: str, *more: Any) -> tuple[Any, ...]:
    """Return the table arguments every merchant-owned table has: its merchant, and the pair other tables refer to."""
    return (
        ForeignKeyConstraint(["merchant_id"], ["merchant.id"], name=f"fk_{table}_merchant"),
        UniqueConstraint("merchant_id", "id", name=f"uq_{table}_merchant_id"),
        *more,
    )


def refers(table: str, column: str, target: str, *, deferred: bool = False) -> ForeignKeyConstraint:
    """Return a composite foreign key: key checks bypass row security, so the merchant is part of the key.

    `deferred`: checked at the commit, for a row that must be written before what it refers to.
    """
    return ForeignKeyConstraint(
        ["merchant_id", column],
        [f"{target}.merchant_id", f"{target}.id"],
        name=f"fk_{table}_{column}",
        deferrable=deferred or None,
        initially="DEFERRED" if deferred else None,
    )


__all__ = [
    "AdministeredByMerchant",
    "Key",
    "MerchantOwned",
    "Minor",
    "Model",
    "Moment",
    "code",
    "declared_attr",
    "one_of",
    "owned",
    "refers",
]
