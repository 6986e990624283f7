"""A cardholder's bank takes a payment back: the merchant's account is debited, now, by the bank's clock."""

import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from .. import ledger
from ..schema import open_database
from . import movements

LONGEST_REASON = 8


class NotPossible(ValueError):
    """The sale cannot come back unpaid; the text says why."""


def charge_back(
    data: Path, reference: str, reason: str, now: datetime, amount: int | None = None
) -> movements.Movement:
    """Debit a captured sale (the whole that is left if no amount, in minor units) and return the movement.

    Refunds do not lessen it: a merchant may lose twice. Raises NotPossible for an unknown or uncaptured sale, and for
    more than was captured and has not come back already.
    """
    if not reason or len(reason) > LONGEST_REASON or not reason.replace(".", "").isalnum():
        raise NotPossible(f"reason: a scheme's code, up to {LONGEST_REASON} letters, digits and points")
    with closing(open_database(data)) as database, database:
        database.execute("BEGIN IMMEDIATE")
        sale = _captured(database, reference)
        left = sale.current_amount - movements.unpaid_of(database, sale.merchant_id, reference)
        wanted = left if amount is None else amount
        if not 0 < wanted <= left:
            raise NotPossible(f"{reference}: {wanted} is not between 1 and {left}, what has not come back already")
        movement = movements.of(sale, movements.UNPAID, wanted, now, sale.capture_origin, reason.upper())
        movements.note(database, [movement])
    return movement


def _captured(database: sqlite3.Connection, reference: str) -> ledger.Sale:
    rows = database.execute("SELECT merchant_id FROM sale WHERE reference = ?", (reference,)).fetchall()
    if not rows:
        raise NotPossible(f"{reference}: no such sale at this bank")
    sale = ledger.find(database, rows[0][0], reference)
    if sale is None or sale.status not in ("CAPTURED", "CREDITED"):
        raise NotPossible(f"{reference}: the bank has not captured it")
    return sale
