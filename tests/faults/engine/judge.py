"""The verdict: what clients were told, our books as the API shows them, and the bank's journal, held against each other."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from .history import Call, Told

OPENS = ("TRANSACTION", "DUPLICATE")
FORCED = "ADVICE"
Entry = Mapping[str, Any]


@dataclass(slots=True)
class Verdict:
    """What is wrong, by kind; the sums both sides agree on."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    over_refunded: list[str] = field(default_factory=list)
    sums: list[str] = field(default_factory=list)
    totals: dict[str, int] = field(default_factory=dict)

    @property
    def wrong(self) -> list[str]:
        """All of it."""
        return [*self.lost, *self.doubled, *self.over_refunded, *self.sums]

    def __str__(self) -> str:
        counted = f"{len(self.lost)} lost, {len(self.doubled)} doubled, {len(self.over_refunded)} over-refunded"
        said = ", ".join(f"{name} {amount / 100:,.2f}" for name, amount in self.totals.items())
        return f"{counted}, {len(self.sums)} sums that differ ({said})"


@dataclass(frozen=True, slots=True)
class Books:
    """Sales and operations as the API shows them, remittances with their lines."""

    sales: Sequence[Entry]
    operations: Sequence[Entry]
    remittances: Sequence[Entry]


def judge(calls: Sequence[Call], books: Books, journal: Sequence[Entry]) -> Verdict:
    """Compare; everything uncertain has been resolved before."""
    verdict = Verdict()
    done: dict[str, list[Entry]] = defaultdict(list)
    for entry in journal:
        if entry["responseCode"] == "00":
            done[entry["transactionReference"]].append(entry)
    _orders(verdict, calls, books, done)
    _verbs(verdict, calls, books, done)
    _sales(verdict, books, done)
    _remittances(verdict, books, done)
    return verdict


def _orders(verdict: Verdict, calls: Sequence[Call], books: Books, done: Mapping[str, Sequence[Entry]]) -> None:
    mine: dict[str, list[Entry]] = defaultdict(list)
    for sale in books.sales:
        mine[sale["order_number"]].append(sale)
    at_the_bank = Counter(
        entry["orderId"] for entries in done.values() for entry in entries if entry["operation"] in OPENS
    )
    for call in calls:
        if call.order is None:
            continue
        sales, authorised = mine[call.order], at_the_bank[call.order]
        if len(sales) > 1 or authorised > 1:
            verdict.doubled.append(f"{call}: {len(sales)} sales here, {authorised} authorisations at the bank")
        elif call.told == Told.OK and len(sales) != 1:
            verdict.lost.append(f"{call}: told as taken, no sale here")
        elif call.told == Told.FAIL and (sales or authorised):
            verdict.doubled.append(f"{call}: told that nothing was done, {len(sales)} here, {authorised} at the bank")
        elif call.told == Told.OK and call.last is not None:
            _order_told(verdict, call, call.last.body, sales[0], done.get(sales[0]["reference"], ()))


def _order_told(verdict: Verdict, call: Call, told: Entry, sale: Entry, entries: Sequence[Entry]) -> None:
    names = [entry["operation"] for entry in entries]
    held = any(name in names for name in OPENS) and "CANCEL" not in names
    if told["state"] in ("TO_CAPTURE", "TO_VALIDATE", "TO_CHALLENGE", "CAPTURED") and not set(names) & {*OPENS, FORCED}:
        verdict.lost.append(f"{call}: told {told['state']}, never authorised at the bank")
    if told["state"] == "REFUSED" and held:
        verdict.doubled.append(f"{call}: told REFUSED, approved at the bank without a reversal")
    if told["state"] == "REFUSED" != sale["state"]:
        verdict.lost.append(f"{call}: told REFUSED, now {sale['state']}")
    if sale["original_amount"] != call.amount:
        verdict.sums.append(f"{call}: {sale['original_amount']} here")


def _verbs(verdict: Verdict, calls: Sequence[Call], books: Books, done: Mapping[str, Sequence[Entry]]) -> None:
    """A refund or a part's cancellation is known by its amount, asked of a sale once; a capture is the sale's only one.

    A validation is ours alone, known by what it keeps. A refund that waited and was withdrawn is never at the bank.
    """
    ours = {(each["reference"], each["name"], each["status"], each["amount"]) for each in books.operations}
    states = {sale["reference"]: sale["state"] for sale in books.sales}
    for call in calls:
        entries = done.get(call.reference or "", ())
        if call.verb == "refund" or (call.verb == "cancel" and call.amount is not None):
            name = "CREDIT" if call.verb == "refund" else "CANCEL"
            times = sum(entry["operation"] == name and entry["amount"] == call.amount for entry in entries)
        elif call.verb == "validate":
            times = int((call.reference, "VALIDATE", "DONE", call.amount) in ours)
        elif call.verb == "force":
            times = sum(entry["operation"] == FORCED for entry in entries)
        elif call.verb == "capture":
            times = sum(entry["operation"] == "VALIDATE" for entry in entries)
        elif call.verb == "cancel" and call.told == Told.OK:
            referral = not any(entry["operation"] in (*OPENS, FORCED) for entry in entries)
            times = 1 if referral else sum(entry["operation"] == "CANCEL" for entry in entries)
            times = min(times, 1)  # parts may have been cancelled before
        else:
            continue
        withdrawn = call.verb == "refund" and (call.reference, "CREDIT", "WITHDRAWN", call.amount) in ours
        if withdrawn and times:
            verdict.doubled.append(f"{call}: withdrawn, done at the bank")
        elif withdrawn:
            continue
        elif times > 1:
            verdict.doubled.append(f"{call}: done {times} times")
        elif call.told == Told.OK and times == 0:
            verdict.lost.append(f"{call}: told as done, nothing at the bank")
        elif call.told == Told.FAIL and _part_done(call, states, entries):
            verdict.doubled.append(f"{call}: told that nothing was done, done at the bank")


def _part_done(call: Call, states: Mapping[str, str], entries: Sequence[Entry]) -> bool:
    """Whether a refund, or a part's cancellation, is at the bank. The last cancellation of a sale that has ended is that of
    all that was left, whatever it came to."""
    name = {"refund": "CREDIT", "cancel": "CANCEL"}.get(call.verb)
    amounts = [entry["amount"] for entry in entries if entry["operation"] == name]
    if call.verb == "cancel" and states[call.reference or ""] in ("CANCELLED", "EXPIRED"):
        amounts = amounts[:-1]
    return call.amount is not None and call.amount in amounts


def _sales(verdict: Verdict, books: Books, done: Mapping[str, Sequence[Entry]]) -> None:
    totals: Counter[str] = Counter()
    known = {sale["reference"] for sale in books.sales}
    for reference in done.keys() - known:
        verdict.lost.append(
            f"{reference}: {[entry['operation'] for entry in done[reference]]} at the bank, unknown here"
        )
    by_sale: dict[str, Counter[str]] = defaultdict(Counter)
    for operation in books.operations:
        if operation["status"] == "DONE":
            by_sale[operation["reference"]][operation["name"]] += operation["amount"]
    for sale in books.sales:
        entries = done.get(sale["reference"], ())
        captured, refunded = _sum(entries, "VALIDATE"), _sum(entries, "CREDIT")
        totals["captured"] += captured
        totals["refunded"] += refunded
        mine = by_sale[sale["reference"]]
        if refunded > captured:
            verdict.over_refunded.append(f"{sale['reference']}: {refunded} of {captured} refunded at the bank")
        seen = {
            "captured": (captured, sale["captured_amount"], mine["CAPTURE"]),
            "refunded": (refunded, sale["refunded_amount"], mine["CREDIT"]),
        }
        for name, (bank, here, operations) in seen.items():
            if not bank == here == operations:
                verdict.sums.append(
                    f"{sale['reference']} {sale['state']}: {name} {bank} at the bank, {here} on the sale, {operations} in operations"
                )
    verdict.totals |= dict(totals)


def _remittances(verdict: Verdict, books: Books, done: Mapping[str, Sequence[Entry]]) -> None:
    bank: dict[str, Counter[str]] = defaultdict(Counter)
    for entries in done.values():
        for entry in entries:
            if entry["operation"] in ("VALIDATE", "CREDIT"):
                bank[entry["operationOrigin"] or "none"][entry["operation"]] += entry["amount"]
    numbers: dict[str, list[int]] = defaultdict(list)
    remitted = 0
    for each in books.remittances:
        numbers[each["contract"]].append(each["number"])
        there = bank.pop(f"{each['contract']}-{each['number']}", Counter())
        mine = (each["debit_amount"], each["credit_amount"])
        remitted += each["debit_amount"] - each["credit_amount"]
        if mine != (there["VALIDATE"], there["CREDIT"]):
            verdict.sums.append(
                f"remittance {each['contract']}-{each['number']} {each['state']}: {mine}, bank {dict(there)}"
            )
        verdict.sums.extend(_gaps(each))
    verdict.totals["remitted"] = remitted
    verdict.sums.extend(
        f"remitted at the bank as {origin}, unknown here: {dict(sums)}" for origin, sums in bank.items()
    )
    for contract, found in numbers.items():
        if sorted(found) != list(range(1, len(found) + 1)):
            verdict.sums.append(f"contract {contract}: remittances numbered {sorted(found)}")


def _gaps(remittance: Entry) -> Iterator[str]:
    lines = sorted(line["line"] for line in remittance["lines"] if line["line"] is not None)
    if lines != list(range(1, len(lines) + 1)):
        yield f"remittance {remittance['contract']}-{remittance['number']}: lines {lines}"


def _sum(entries: Sequence[Entry], name: str) -> int:
    return sum(int(entry["amount"]) for entry in entries if entry["operation"] == name)
