"""I3 and I4 of trust.md, with the practice bank's own journal as judge: nothing done twice, nothing lost."""

from __future__ import annotations

import json
import sys
import urllib.request
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from app.domain.states import State
from app.ports import Evidence

from .books import Line, accounts, lines, reading

Entries = Sequence[Mapping[str, Any]]
LOOKED_AT = ("merchantId", "transactionReference", "operation", "amount", "responseCode")
AUTHORISED = ("TRANSACTION", "DUPLICATE", "ADVICE")


def journal_checks(bank_url: str | None) -> list[Evidence]:
    """Return I3 and I4. A difference counts when a second look finds it too: sales move while we read."""
    if bank_url is None:
        return [Evidence("I3", 0, (), "not checkable: no practice bank"), Evidence("I4", 0, (), "not checkable")]
    done, lost = _lost(bank_url)
    if lost:
        lost = lost & _lost(bank_url)[1]
    twice = [wrong for reference, each in done.items() for wrong in _twice(reference, each)]
    return [Evidence("I3", len(done), twice), Evidence("I4", len(done), sorted(lost))]


def _lost(bank_url: str) -> tuple[dict[str, Entries], set[str]]:
    """Read the bank's journal first, then our books: what the bank has done, we had written down before."""
    done = _done(bank_url)
    with reading() as session:
        mine = lines(session, done)
        ours = {each.bank_merchant_id for each in accounts(session).values() if each.url.rstrip("/") == bank_url}
    wrong = set()
    for reference, entries in done.items():
        line = mine.get(reference)
        if line is not None:
            wrong.update(_ghost(reference, line, entries))
        elif entries[0]["merchantId"] in ours and _held(entries):
            wrong.add(f"{reference}: approved at the bank without a reversal, unknown here")
    return done, wrong


def _done(bank_url: str) -> dict[str, Entries]:
    with urllib.request.urlopen(f"{bank_url}/journal", timeout=60) as reply:  # noqa: S310 - our own loopback address
        entries: list[dict[str, Any]] = json.load(reply, object_hook=_looked_at)
    done: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for entry in entries:
        if entry["responseCode"] == "00":
            done[entry["transactionReference"]].append(entry)
    return dict(done)


def _looked_at(entry: dict[str, Any]) -> dict[str, Any]:
    """Of an entry only what is looked at, equal texts once: the journal has as many as there ever were calls."""
    return {
        name: sys.intern(value) if isinstance(value := entry[name], str) else value
        for name in LOOKED_AT
        if name in entry
    }


def _twice(reference: str, entries: Entries) -> list[str]:
    counts = Counter(entry["operation"] for entry in entries)
    orders = counts["TRANSACTION"] + counts["DUPLICATE"]
    wrong = [f"{reference}: authorised {orders} times"] if orders > 1 else []
    return wrong + ([f"{reference}: captured {counts['VALIDATE']} times"] if counts["VALIDATE"] > 1 else [])


def _held(entries: Entries) -> bool:
    operations = {entry["operation"] for entry in entries}
    return bool(operations & set(AUTHORISED)) and "CANCEL" not in operations


def _ghost(reference: str, line: Line, entries: Entries) -> list[str]:
    if line.open:
        return []
    wrong = []
    refunded = sum(int(entry["amount"]) for entry in entries if entry["operation"] == "CREDIT")
    # Of a sale from before the journal begins, only the later refunds stand in it: I2 compares those.
    whole = any(entry["operation"] in AUTHORISED for entry in entries)
    if refunded > line.refunded_amount or (whole and refunded < line.refunded_amount):
        wrong.append(f"{reference}: {refunded} refunded at the bank, {line.refunded_amount} here")
    if line.state == State.REFUSED and _held(entries):
        wrong.append(f"{reference}: refused here, approved at the bank without a reversal")
    return wrong
