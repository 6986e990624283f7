"""Invariants the bank is the judge of (trust.md I2, I3, I4), for `egestion verify`."""

from __future__ import annotations

import json
import time
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session, selectinload

from app.database import Scope, now
from app.domain.states import OPEN_STATUSES, OperationStatus, State
from app.models import Merchant, Transaction
from app.ports import BankView, Evidence

from .account_access import gateway_for
from .accounts import GatewayAccount
from .conclusion import HOLDING, RELEASED, TAKEN

RECENT = timedelta(days=8)  # an authorisation lives 7 days; older sales are asked about when they moved since
ASK_WITHIN = 10.0
AT_ONCE = 6


def bank_checks() -> Sequence[Evidence]:
    """Return I2, I3 and I4; what no gateway can be asked about is said to be not checkable."""
    settings = current_app.extensions["settings"]
    engine = create_engine(settings.check_url or settings.database_url, hide_parameters=True)
    try:
        with Session(engine) as session:
            everybody = session.execute(select(Merchant.__table__.c.id)).scalars().all()  # the table: no wall yet
            session.info["scope"] = Scope(tuple(everybody), admin=True)
            sales = _recent(session)
            accounts = {account.id: account for account in session.scalars(select(GatewayAccount))}
            session.expunge_all()
    finally:
        engine.dispose()
    return [_same_as_the_bank(sales, accounts), *_journal(sales, settings.bank_url)]


def _recent(session: Session) -> list[Transaction]:
    return list(
        session.scalars(
            select(Transaction)
            .options(selectinload(Transaction.operations))
            .where(Transaction.created_at >= now() - RECENT, Transaction.gateway_account_id.is_not(None))
        )
    )


def _same_as_the_bank(sales: Sequence[Transaction], accounts: Mapping[int, GatewayAccount]) -> Evidence:
    """I2: by reference, original amount, captured and refunded sums; what is open is not compared."""
    settled = [sale for sale in sales if not _open(sale)]

    def ask(sale: Transaction) -> str | None:
        gateway = gateway_for(accounts[sale.gateway_account_id or 0])
        if not gateway.capabilities.inquirable:
            return None
        return difference(sale, gateway.inquire(sale.reference, time.monotonic() + ASK_WITHIN))

    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="verify") as pool:
        wrong = [found for found in pool.map(_in_context(ask), settled) if found]
    return Evidence("I2", len(settled), wrong, f"{len(sales) - len(settled)} open, not compared")


def _in_context(ask: Any) -> Any:
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # werkzeug's proxy

    def run(sale: Transaction) -> str | None:
        with app.app_context():
            found: str | None = ask(sale)
            return found

    return run


def difference(sale: Transaction, view: BankView) -> str | None:
    """Return in which way the bank sees a settled sale otherwise than we do; None where it does not."""
    mine = f"{sale.reference} {sale.state}"
    if view.found is None:
        return f"{mine}: the bank gives no usable answer"
    if sale.state == State.REFUSED:
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


def _open(sale: Transaction) -> bool:
    waiting = (*OPEN_STATUSES, OperationStatus.WAITING)
    return sale.state == State.PENDING or any(operation.status in waiting for operation in sale.operations)


def _journal(sales: Sequence[Transaction], bank_url: str | None) -> list[Evidence]:
    """I3 and I4 with the practice bank's own journal as judge."""
    if bank_url is None:
        return [Evidence("I3", 0, (), "not checkable: no practice bank"), Evidence("I4", 0, (), "not checkable")]
    with urllib.request.urlopen(f"{bank_url}/journal", timeout=60) as reply:  # noqa: S310 - our own loopback address
        entries: list[dict[str, Any]] = json.load(reply)
    done: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for entry in entries:
        if entry["responseCode"] == "00":
            done[entry["transactionReference"]].append(entry)
    mine = {sale.reference: sale for sale in sales}
    twice, ghosts = [], []
    for reference, each in done.items():
        counts = Counter(entry["operation"] for entry in each)
        if counts["TRANSACTION"] + counts["DUPLICATE"] > 1:
            twice.append(f"{reference}: authorised {counts['TRANSACTION'] + counts['DUPLICATE']} times")
        if counts["VALIDATE"] > 1:
            twice.append(f"{reference}: captured {counts['VALIDATE']} times")
        sale = mine.get(reference)
        if sale is None:
            continue
        ghosts.extend(_ghost(sale, counts, each))
    return [Evidence("I3", len(done), twice), Evidence("I4", len(done), ghosts)]


def _ghost(sale: Transaction, counts: Counter[str], each: Sequence[Mapping[str, Any]]) -> list[str]:
    if _open(sale):
        return []
    refunded = sum(int(entry["amount"]) for entry in each if entry["operation"] == "CREDIT")
    wrong = []
    if refunded != sale.refunded_amount:
        wrong.append(f"{sale.reference}: {refunded} refunded at the bank, {sale.refunded_amount} here")
    authorised = counts["TRANSACTION"] + counts["DUPLICATE"]
    if sale.state == State.REFUSED and authorised and not counts["CANCEL"]:
        wrong.append(f"{sale.reference}: refused here, approved at the bank without a reversal")
    return wrong
