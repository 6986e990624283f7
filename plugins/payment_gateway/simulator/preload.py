"""Past sales put into the bank in bulk (for the demo's months): they can be inquired, captured and refunded, but no journal
knows them."""

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path

from . import ledger, night
from .ledger import Sale
from .scenarios import APPROVES
from .schema import open_database
from .statement import movements
from .statement.movements import Movement

CHUNK = 5_000
"""Sales a commit: a running bank waits for one chunk at most."""


@dataclass(frozen=True)
class PastSale:
    """A sale as its life at the bank left it: amounts in minor units, times aware.

    `status` is the bank's: CAPTURED, CREDITED, CANCELLED, EXPIRED, REFUSED, or TO_VALIDATE, which lapses at the end of
    `limit_date`. `current_amount` is what was captured or is still authorised (0 for CANCELLED and EXPIRED),
    `refunded_amount` what of it was credited. `masked_pan` as in 497010######0006. `scenario` is what the card makes the
    bank do later. `capture_origin` is the remittance of the capture, `credits` are (instant, amount, remittance) of each
    refund, `unpaid` (instant, amount, the scheme's reason): what the statements of those days tell.
    """

    merchant_id: str
    reference: str
    amount: int
    current_amount: int
    refunded_amount: int
    status: str
    created_at: datetime
    last_operation: str
    last_operation_at: datetime
    brand: str
    masked_pan: str
    pan_expiry: str
    captured_at: datetime | None = None
    limit_date: date | None = None
    order_id: str | None = None
    customer_id: str | None = None
    from_reference: str | None = None
    currency: str = "978"
    capture_mode: str = "VALIDATION"
    capture_day: int = 6
    response_code: str = "00"
    acquirer_code: str | None = "00"
    csc_result: str | None = None
    authorisation_id: str | None = None
    fingerprint: str = ""
    capture_origin: str | None = None
    credits: tuple[tuple[datetime, int, str | None], ...] = ()
    unpaid: tuple[tuple[datetime, int, str], ...] = ()
    scenario: str = APPROVES.name


OVER = frozenset({"CAPTURED", "CREDITED", "CANCELLED", "EXPIRED", "REFUSED"})
POSSIBLE = OVER | {"TO_VALIDATE"}
_LEFT_BEHIND = tuple(
    f"""DELETE FROM {table} WHERE merchant_id = ? AND reference = ?
    AND NOT EXISTS (SELECT 1 FROM journal WHERE journal.reference = {table}.reference)"""
    for table in ("movement", "sale")
)


def load_past(data: Path, sales: Iterable[PastSale], *, again: bool = False) -> int:
    """Insert sales into the store of a data folder, the bank running or not, and return how many.

    Each chunk is whole or not at all. `again` writes anew what an earlier load that broke off left behind. Raises
    ValueError for a status no past sale can have, sqlite3.IntegrityError for a reference already taken.
    """
    count, waiting = 0, iter(sales)
    with closing(open_database(data)) as database:
        while chunk := list(islice(waiting, CHUNK)):
            rows = [_sale(past) for past in chunk]
            with database:
                database.execute("BEGIN IMMEDIATE")
                for statement in _LEFT_BEHIND if again else ():
                    database.executemany(statement, ((row.merchant_id, row.reference) for row in rows))
                ledger.add(database, rows)
                movements.note(database, (each for past in chunk for each in _movements(past)))
            count += len(rows)
    return count


def _movements(past: PastSale) -> Iterator[Movement]:
    sale = _sale(past)
    if past.captured_at is not None and past.current_amount:
        yield movements.of(sale, movements.SALE, past.current_amount, past.captured_at, past.capture_origin)
    for at, amount, origin in past.credits:
        yield movements.of(sale, movements.REFUND, amount, at, origin)
    for at, amount, reason in past.unpaid:
        yield movements.of(sale, movements.UNPAID, amount, at, past.capture_origin, reason)


def _sale(past: PastSale) -> Sale:
    if past.status not in POSSIBLE or (past.status not in OVER and past.limit_date is None):
        raise ValueError(f"{past.status} is not a state of the past")
    return Sale(
        merchant_id=past.merchant_id,
        reference=past.reference,
        from_reference=past.from_reference,
        order_id=past.order_id,
        customer_id=past.customer_id,
        return_context=None,
        order_channel="MOTO",
        payment_pattern="RECURRING_N" if past.from_reference else "ONE_SHOT",
        origin_amount=past.amount,
        current_amount=past.current_amount,
        refunded_amount=past.refunded_amount,
        currency=past.currency,
        brand=past.brand,
        masked_pan=past.masked_pan,
        pan_expiry=past.pan_expiry,
        fingerprint=past.fingerprint,
        scenario=past.scenario,
        capture_mode=past.capture_mode,
        capture_day=past.capture_day,
        created_at=_utc(past.created_at),
        limit_date=past.limit_date.isoformat() if past.limit_date else None,
        due_at=night.end_of(past.limit_date) if past.limit_date and past.status not in OVER else None,
        status=past.status,
        response_code=past.response_code,
        acquirer_code=past.acquirer_code,
        csc_result=past.csc_result,
        authorisation_id=past.authorisation_id,
        captured_at=_utc(past.captured_at) if past.captured_at else None,
        last_operation=past.last_operation,
        last_operation_at=_utc(past.last_operation_at),
        capture_origin=past.capture_origin,
    )


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()
