"""What an operation leaves behind: the reply's fields, its journal entry, and what is to happen to the reply."""

import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from plugins.payment_gateway.gateways.seal import FieldValue

from . import ledger
from .clock import PARIS
from .faults import Fault
from .ledger import Entry, Sale
from .merchants import Merchant


@dataclass(frozen=True)
class Call:
    """The circumstances of one operation: who asks, when, under which ordered fault, in which mode of the bank."""

    merchant: Merchant
    now: datetime
    fault: Fault | None
    night: bool
    fingerprint: Callable[[str], str]


@dataclass(frozen=True)
class Outcome:
    """`fields` is the reply before its seal; `entry` the journal's number; `fault` what a scenario does to the reply."""

    fields: dict[str, FieldValue]
    entry: int | None = None
    fault: Fault | None = None


def paris_time(moment: datetime) -> str:
    """ISO 8601 to the second with the offset of Paris, the way the platform writes times."""
    return moment.astimezone(PARIS).isoformat(timespec="seconds")


def journal(
    database: sqlite3.Connection,
    call: Call,
    operation: str,
    reference: str,
    *,
    code: str,
    amount: int | None,
    origin: str | None,
    sale: Sale | None,
    currency: str | None = None,
) -> int:
    """Note one operation of the caller; `sale` is the sale after it, or None where there is none."""
    return ledger.note(
        database,
        Entry(
            at=call.now,
            merchant_id=call.merchant.merchant_id,
            reference=reference,
            operation=operation,
            amount=amount,
            currency=sale.currency if sale else currency,
            response_code=code,
            new_status=sale.status if sale else None,
            order_id=sale.order_id if sale else None,
            operation_origin=origin,
        ),
    )


def cash_reply(call: Call, reference: str, code: str, sale: Sale | None, **more: FieldValue) -> dict[str, FieldValue]:
    """The reply of a cash-management verb; `newAmount` and `newStatus` tell the sale as it is now, also on a refusal."""
    fields: dict[str, FieldValue] = {
        "merchantId": call.merchant.merchant_id,
        "transactionReference": reference,
        "responseCode": code,
        "operationDateTime": paris_time(call.now),
        **more,
    }
    if sale is not None:
        fields |= {"newAmount": sale.remaining_amount, "newStatus": sale.status, "currencyCode": sale.currency}
    return fields
