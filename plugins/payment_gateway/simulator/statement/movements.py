"""Card movements: a capture, a refund or an unpaid that the bank settled, with the remittance it came in.

Noted in the transaction that does the operation; never changed afterwards. `day` is the bank's processing day in Paris.
"""

import sqlite3
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from datetime import UTC, date, datetime

from ..clock import PARIS
from ..ledger import Sale

SALE, REFUND, UNPAID = "SALE", "REFUND", "UNPAID"
TABLE = """
CREATE TABLE IF NOT EXISTS movement (
    id INTEGER PRIMARY KEY,
    merchant_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('SALE', 'REFUND', 'UNPAID')),
    reference TEXT NOT NULL,
    origin TEXT,
    brand TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount > 0),
    currency TEXT NOT NULL,
    day TEXT NOT NULL,
    at TEXT NOT NULL,
    masked_pan TEXT NOT NULL,
    authorisation_id TEXT,
    reason TEXT
);
CREATE INDEX IF NOT EXISTS movement_day ON movement (merchant_id, day);
CREATE INDEX IF NOT EXISTS movement_reference ON movement (reference);
"""


@dataclass(frozen=True)
class Movement:
    """One card movement. `origin` is the merchant's `<contract>-<remittance number>`, None where it sent none; `amount` in
    minor units, above zero; `reason` is the scheme's code of an unpaid."""

    merchant_id: str
    kind: str
    reference: str
    origin: str | None
    brand: str
    amount: int
    currency: str
    day: str
    at: str
    masked_pan: str
    authorisation_id: str | None
    reason: str | None = None

    @property
    def processed(self) -> date:
        return date.fromisoformat(self.day)


_COLUMNS = tuple(field.name for field in fields(Movement))
_INSERT = f"INSERT INTO movement ({', '.join(_COLUMNS)}) VALUES ({', '.join('?' * len(_COLUMNS))})"
_SELECT = f"SELECT {', '.join(_COLUMNS)} FROM movement "


def of(
    sale: Sale, kind: str, amount: int, at: datetime, origin: str | None = None, reason: str | None = None
) -> Movement:
    """Return the movement of a sale at an instant."""
    return Movement(
        sale.merchant_id, kind, sale.reference, origin, sale.brand, amount, sale.currency,
        at.astimezone(PARIS).date().isoformat(), at.astimezone(UTC).isoformat(), sale.masked_pan, sale.authorisation_id,
        reason,
    )  # fmt: skip


def note(database: sqlite3.Connection, movements: Iterable[Movement]) -> None:
    """Write movements, in the caller's transaction."""
    database.executemany(_INSERT, (astuple(each) for each in movements))


def note_change(
    database: sqlite3.Connection, before: Sale | None, after: Sale, at: datetime, origin: str | None
) -> None:
    """Note what one operation at `at` settled: a capture, under the origin it was asked with, or a refund, under `origin`."""
    was = before.status if before is not None else ""
    if after.status == "CAPTURED" and was not in ("CAPTURED", "CREDITED"):
        note(database, [of(after, SALE, after.current_amount, at, after.capture_origin)])
    refunded = after.refunded_amount - (before.refunded_amount if before is not None else 0)
    if refunded > 0:
        note(database, [of(after, REFUND, refunded, at, origin)])


def fill_from_journal(database: sqlite3.Connection) -> None:
    """Write the movements of a store that never noted any: captures and refunds as its sales and its journal tell them."""
    origins = {
        (row[0], row[1]): row[2]
        for row in database.execute(
            "SELECT merchant_id, reference, operation_origin FROM journal WHERE operation = 'VALIDATE' AND response_code = '00'"
        )
    }
    columns = ", ".join(field.name for field in fields(Sale))
    sales = {
        (sale.merchant_id, sale.reference): sale
        for sale in (
            Sale(*row)
            for row in database.execute(f"SELECT {columns} FROM sale WHERE captured_at IS NOT NULL ORDER BY id")
        )
    }
    note(
        database,
        (
            of(sale, SALE, sale.current_amount, datetime.fromisoformat(sale.captured_at or ""), origins.get(key))
            for key, sale in sales.items()
        ),
    )
    refunds = database.execute(
        "SELECT merchant_id, reference, amount, at, operation_origin FROM journal"
        " WHERE operation = 'CREDIT' AND response_code = '00' ORDER BY n"
    ).fetchall()
    note(
        database,
        (
            of(sales[merchant, reference], REFUND, amount, datetime.fromisoformat(at), origin)
            for merchant, reference, amount, at, origin in refunds
            if (merchant, reference) in sales
        ),
    )


def of_merchant(database: sqlite3.Connection, merchant_id: str) -> list[Movement]:
    """Return all movements of a merchant in the order they were settled."""
    rows = database.execute(_SELECT + "WHERE merchant_id = ? ORDER BY day, id", (merchant_id,))
    return [Movement(*row) for row in rows]


def unpaid_of(database: sqlite3.Connection, merchant_id: str, reference: str) -> int:
    """Return how much of a sale came back unpaid, in minor units."""
    row = database.execute(
        "SELECT coalesce(sum(amount), 0) FROM movement WHERE merchant_id = ? AND reference = ? AND kind = 'UNPAID'",
        (merchant_id, reference),
    ).fetchone()
    return int(row[0])
