"""Cash management on a sale: validate, cancel, refund, and the decision on a held sale.

Codes: 25 unknown, 24 not possible in this state, 51 more than there is, 12 another currency, 90 the blackout of the
night. A refused operation changes nothing and stands in the journal with its code.
"""

import sqlite3
from collections.abc import Callable
from dataclasses import replace

from plugins.payment_gateway.gateways.seal import FieldValue

from . import ledger, night, schedule
from .decisions import by_acquirer
from .ledger import Sale
from .messages import CashOperation
from .outcome import Call, Outcome, cash_reply, journal
from .scenarios import named
from .statement import movements

CANCELLABLE = frozenset({"TO_VALIDATE", "TO_CAPTURE", "TO_CHALLENGE", "REFERRAL"})

Step = Callable[[Call, Sale, int], "Sale | str"]
"""The sale after the operation, or the platform's code that refuses it; the amount is in minor units."""


def validate(database: sqlite3.Connection, call: Call, asked: CashOperation) -> Outcome:
    """Capture `amount` and release the rest: at once, or with the night on by the next run."""
    return _operate(database, call, asked, "VALIDATE", _validated)


def cancel(database: sqlite3.Connection, call: Call, asked: CashOperation) -> Outcome:
    """Take `amount` back from what is still authorised; all of it ends the sale."""
    return _operate(database, call, asked, "CANCEL", _cancelled)


def refund(database: sqlite3.Connection, call: Call, asked: CashOperation) -> Outcome:
    """Credit `amount` of a captured sale; several times, never above what was captured."""
    return _operate(database, call, asked, "CREDIT", _refunded)


def accept_challenge(database: sqlite3.Connection, call: Call, asked: CashOperation) -> Outcome:
    """Let a held sale go on by its mode."""
    return _operate(database, call, asked, "ACCEPT_CHALLENGE", _accepted)


def refuse_challenge(database: sqlite3.Connection, call: Call, asked: CashOperation) -> Outcome:
    """End a held sale; what was authorised is released."""
    return _operate(database, call, asked, "REFUSE_CHALLENGE", _rejected)


def _validated(call: Call, sale: Sale, amount: int) -> Sale | str:
    if sale.status != "TO_VALIDATE":
        return "24"
    if amount > sale.current_amount:
        return "51"
    if not named(sale.scenario).captures:
        return "05"
    sale = replace(sale, current_amount=amount)
    if call.night:
        return replace(sale, status="TO_CAPTURE", due_at=night.next_run(call.now))
    return night.captured(sale, call.now)


def _cancelled(call: Call, sale: Sale, amount: int) -> Sale | str:
    if sale.status not in CANCELLABLE:
        return "24"
    if amount > sale.current_amount:
        return "51"
    left = sale.current_amount - amount
    if left:
        return replace(sale, current_amount=left)
    return replace(sale, current_amount=0, status="CANCELLED", due_at=None)


def _refunded(call: Call, sale: Sale, amount: int) -> Sale | str:
    if sale.status != "CAPTURED":
        return "24"
    if amount > sale.remaining_amount:
        return "51"
    sale = replace(sale, refunded_amount=sale.refunded_amount + amount)
    return sale if sale.remaining_amount else replace(sale, status="CREDITED")


def _accepted(call: Call, sale: Sale, amount: int) -> Sale | str:
    return schedule.released(sale, call.now) if sale.status == "TO_CHALLENGE" else "24"


def _rejected(call: Call, sale: Sale, amount: int) -> Sale | str:
    if sale.status != "TO_CHALLENGE":
        return "24"
    return replace(sale, current_amount=0, status="CANCELLED", due_at=None)


def _operate(database: sqlite3.Connection, call: Call, asked: CashOperation, operation: str, step: Step) -> Outcome:
    sale = ledger.find(database, call.merchant.merchant_id, asked.reference)
    code, acquirer = "25", None
    if sale is not None:
        done = _attempt(call, sale, asked, step)
        code = done if isinstance(done, str) else "00"
        if isinstance(done, Sale):
            origin = asked.origin if operation == "VALIDATE" else sale.capture_origin
            before = sale
            sale = replace(
                done, last_operation=operation, last_operation_at=call.now.isoformat(), capture_origin=origin
            )
            ledger.save(database, sale)
            movements.note_change(database, before, sale, call.now, asked.origin)
        if operation == "VALIDATE" and code in ("00", "05"):  # the cardholder's bank was asked
            acquirer = code
        elif call.fault is not None and call.fault.kind == "refuse":
            acquirer = call.fault.code
    amount = asked.amount if asked.amount is not None else sale.current_amount if sale else None
    entry = journal(
        database, call, operation, asked.reference, code=code, amount=amount, origin=asked.origin, sale=sale,
        currency=asked.currency,
    )  # fmt: skip
    more: dict[str, FieldValue] = {"acquirerResponseCode": acquirer} if acquirer else {}
    if asked.amount is not None:
        more["operationAmount"] = asked.amount
    return Outcome(cash_reply(call, asked.reference, code, sale, **more), entry)


def _attempt(call: Call, sale: Sale, asked: CashOperation, step: Step) -> Sale | str:
    if call.night and night.in_blackout(call.now):
        return "90"
    if asked.currency not in (None, sale.currency):
        return "12"
    done = step(call, sale, asked.amount or 0)
    if isinstance(done, Sale) and call.fault is not None and call.fault.kind == "refuse":
        return by_acquirer(call.fault.code or "05", sale.brand).response
    return done
