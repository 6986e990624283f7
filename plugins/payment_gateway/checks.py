"""I2 of trust.md for `egestion verify`: our approved set equals the bank's; and with it I3 and I4."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from flask import current_app

from app.domain.states import State
from app.models import Transaction
from app.ports import BankView, Evidence

from . import books
from .account_access import gateway_for
from .accounts import GatewayAccount
from .bank_journal import journal_checks
from .conclusion import HOLDING, RELEASED, TAKEN

T = TypeVar("T")
ASK_WITHIN = 10.0
AT_ONCE = 6
READ_AT_ONCE = 1_000  # sales in memory; a bank's week may be many thousands


def bank_checks() -> Sequence[Evidence]:
    """Return I2, I3 and I4; what no gateway can be asked about is said to be not checkable."""
    return [same_as_the_bank(), *journal_checks(current_app.extensions["settings"].bank_url)]


def same_as_the_bank() -> Evidence:
    """I2: by reference, original amount, captured and refunded sums; what is open is not compared while it is younger
    than the repair limit of 24 hours.

    A difference counts when a second look finds it too: sales move while we ask.
    """
    with books.reading() as session:
        ids, accounts = books.moved(session), books.accounts(session)
    wrong: dict[int, str] = {}
    compared = not_checkable = 0
    for start in range(0, len(ids), READ_AT_ONCE):
        settled = _settled(ids[start : start + READ_AT_ONCE])
        found, unasked = _compare(settled, accounts)
        if found:
            found, _ = _compare(_settled(found), accounts)
        wrong |= found
        compared, not_checkable = compared + len(settled) - unasked, not_checkable + unasked
    note = f"{len(ids) - compared - not_checkable} open, not compared"
    if not_checkable:
        note += f"; {not_checkable} not checkable: their gateway cannot be asked"
    return Evidence("I2", compared, [wrong[key] for key in sorted(wrong)], note)


def _settled(ids: Collection[int]) -> list[Transaction]:
    with books.reading() as session:
        return [sale for sale in books.sales(session, ids) if _comparable(sale)]


def _comparable(sale: Transaction) -> bool:
    return not books.is_open(sale) or books.is_old(sale)


def _compare(sales: Sequence[Transaction], accounts: Mapping[int, GatewayAccount]) -> tuple[dict[int, str], int]:
    """Return what is wrong by the sale's id, and of how many no gateway can be asked."""

    def ask(sale: Transaction) -> tuple[int, str | None, bool]:
        gateway = gateway_for(accounts[sale.gateway_account_id or 0])
        if not gateway.capabilities.inquirable:
            return sale.id, None, False
        return sale.id, difference(sale, gateway.inquire(sale.reference, time.monotonic() + ASK_WITHIN)), True

    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="verify") as pool:
        found = list(pool.map(_in_context(ask), sales))
    return {key: text for key, text, _ in found if text}, sum(not asked for *_, asked in found)


def _in_context(ask: Callable[[Transaction], T]) -> Callable[[Transaction], T]:
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # werkzeug's proxy

    def run(sale: Transaction) -> T:
        with app.app_context():
            return ask(sale)

    return run


def difference(sale: Transaction, view: BankView) -> str | None:
    """Return in which way the bank sees a sale otherwise than we do; None where it does not."""
    mine = f"{sale.reference} {sale.state}"
    if view.found is None:
        return f"{mine}: the bank gives no usable answer"
    if sale.state in (State.REFUSED, State.PENDING):
        bad = view.found and view.status in (*HOLDING, *TAKEN)
        return f"{mine}: the bank holds it as {view.status}" if bad else None
    if view.found is False:
        return f"{mine}: unknown to the bank"
    if view.original_amount != sale.original_amount:
        return f"{mine}: {sale.original_amount} here, {view.original_amount} at the bank"
    expected: tuple[str, ...] = HOLDING
    if sale.state in (State.CAPTURED, State.CREDITED):
        expected = (*TAKEN, "TO_CAPTURE")  # waits for the bank's night
    elif sale.state in (State.CANCELLED, State.EXPIRED):
        expected = (*RELEASED, "REFUSED", "REFERRAL")
    elif sale.state == State.REFERRAL:
        expected = ("REFERRAL",)
    if view.status not in expected:
        return f"{mine}: {view.status} at the bank"
    pairs = [("captured", sale.captured_amount, view.captured_amount or 0)]
    if sale.state in (State.CAPTURED, State.CREDITED):
        pairs.append(("refunded", sale.refunded_amount, view.refunded_amount or 0))
    for name, here, there in pairs:
        if here != there:
            return f"{mine}: {name} {here} here, {there} at the bank"
    return None
