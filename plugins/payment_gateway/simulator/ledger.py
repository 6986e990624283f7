"""Sales and journal entries as rows. Every function works in the caller's transaction."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True)
class Sale:
    """A transaction as the bank sees it. Amounts in minor units; times ISO 8601 UTC; `due_at` in epoch seconds.

    `current_amount` is what is still authorised or was captured; `due_at` is when the bank acts by itself;
    `capture_origin` is the operationOrigin the capture was asked with: the merchant's contract and remittance.
    """

    merchant_id: str
    reference: str
    from_reference: str | None
    order_id: str | None
    customer_id: str | None
    return_context: str | None
    order_channel: str
    payment_pattern: str
    origin_amount: int
    current_amount: int
    refunded_amount: int
    currency: str
    brand: str
    masked_pan: str
    pan_expiry: str
    fingerprint: str
    scenario: str
    capture_mode: str
    capture_day: int
    created_at: str
    limit_date: str | None
    due_at: int | None
    status: str
    response_code: str
    acquirer_code: str | None
    csc_result: str | None
    authorisation_id: str | None
    captured_at: str | None
    last_operation: str
    last_operation_at: str
    capture_origin: str | None = None

    @property
    def remaining_amount(self) -> int:
        """What a refund may still take once captured; before that the same as `current_amount`."""
        return self.current_amount - self.refunded_amount

    @property
    def created(self) -> datetime:
        return datetime.fromisoformat(self.created_at)

    @property
    def limit(self) -> date | None:
        return date.fromisoformat(self.limit_date) if self.limit_date else None


COLUMNS = tuple(field.name for field in fields(Sale))
CHANGING = (
    "current_amount", "refunded_amount", "limit_date", "due_at", "status", "response_code", "acquirer_code",
    "authorisation_id", "captured_at", "last_operation", "last_operation_at", "capture_origin",
)  # fmt: skip
_SELECT = f"SELECT {', '.join(COLUMNS)} FROM sale "
_INSERT = f"INSERT INTO sale ({', '.join(COLUMNS)}) VALUES ({', '.join('?' * len(COLUMNS))})"
_UPDATE = f"UPDATE sale SET {', '.join(f'{name} = ?' for name in CHANGING)} WHERE merchant_id = ? AND reference = ?"


def find(database: sqlite3.Connection, merchant_id: str, reference: str) -> Sale | None:
    """The sale of that merchant under that reference, or None."""
    row = database.execute(_SELECT + "WHERE merchant_id = ? AND reference = ?", (merchant_id, reference)).fetchone()
    return None if row is None else Sale(*row)


def due(database: sqlite3.Connection, moment: int) -> list[Sale]:
    """The sales the bank has to act on by itself at `moment` (epoch seconds), earliest first."""
    return [Sale(*row) for row in database.execute(_SELECT + "WHERE due_at <= ? ORDER BY due_at, id", (moment,))]


def add(database: sqlite3.Connection, sales: Iterable[Sale]) -> None:
    """Insert sales; raises sqlite3.IntegrityError where a reference is taken."""
    database.executemany(_INSERT, (tuple(getattr(sale, name) for name in COLUMNS) for sale in sales))


def save(database: sqlite3.Connection, sale: Sale) -> None:
    """Write what may change of a sale."""
    values: list[Any] = [getattr(sale, name) for name in CHANGING]
    database.execute(_UPDATE, (*values, sale.merchant_id, sale.reference))


@dataclass(frozen=True)
class Entry:
    """One operation as the journal tells it; `new_status` is None where no sale stands behind the reference."""

    at: datetime
    merchant_id: str
    reference: str
    operation: str
    amount: int | None
    currency: str | None
    response_code: str
    new_status: str | None
    order_id: str | None
    operation_origin: str | None


def note(database: sqlite3.Connection, entry: Entry) -> int:
    """Append to the journal and return the entry's number; `answered` stays false until `mark_answered`."""
    cursor = database.execute(
        "INSERT INTO journal (at, merchant_id, reference, operation, amount, currency, response_code, new_status,"
        " order_id, operation_origin) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            entry.at.isoformat(), entry.merchant_id, entry.reference, entry.operation, entry.amount, entry.currency,
            entry.response_code, entry.new_status, entry.order_id, entry.operation_origin,
        ),
    )  # fmt: skip
    return int(cursor.lastrowid or 0)


def mark_answered(database: sqlite3.Connection, number: int) -> None:
    """Remember that the reply of an entry was written out whole."""
    database.execute("UPDATE journal SET answered = 1 WHERE n = ?", (number,))
