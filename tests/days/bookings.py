"""What the bank should print, worked out from our books alone and from what the bank says of itself (docs/practice-bank.md).

Nothing of the bank's own code is used: rates, rounding, bank days and labels are written here again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")
CARDS, AMEX = "00020001001", "00020001002"  # the accounts of PRACTICE
RATES = {"CB": Decimal("0.0050"), "VISA": Decimal("0.0080"), "MASTERCARD": Decimal("0.0080"), "AMEX": Decimal("0.0250")}
VAT = Decimal("0.20")


@dataclass(frozen=True, order=True)
class Booking:
    """A line of an account; `amount` signed, in cents."""

    account: str
    booked: date
    value: date
    code: str
    amount: int
    label: str

    def __str__(self) -> str:
        return f"{self.booked} {self.account} {self.code} {self.amount / 100:+.2f} {self.label} (value {self.value})"


@dataclass(frozen=True)
class Piece:
    """Something the bank settles: a sale (+), a refund or an unpaid (-) of a brand on a day."""

    kind: str
    brand: str
    amount: int
    day: date


def bank_day(day: date, count: int = 0) -> date:
    """The `count`-th bank day after a day; with 0 the day itself, if the bank works on it, else the next one."""
    while _closed(day) and not count:
        day += timedelta(days=1)
    for _ in range(count):
        day += timedelta(days=1)
        while _closed(day):
            day += timedelta(days=1)
    return day


def _closed(day: date) -> bool:
    if day.weekday() >= 5 or (day.month, day.day) in ((1, 1), (5, 1), (12, 25), (12, 26)):
        return True
    return day - _easter(day.year) in (timedelta(days=-2), timedelta(days=1))


def _easter(year: int) -> date:
    """Easter Sunday: the first Sunday after the ecclesiastical full moon on or after 21 March (the moon's age by Gauss)."""
    century = year // 100
    moon = (19 * (year % 19) + century - century // 4 - (8 * century + 13) // 25 + 15) % 30
    moon -= moon == 29 or (moon == 28 and year % 19 > 10)
    full = date(year, 3, 21) + timedelta(days=moon)
    return full + timedelta(days=7 - (full.weekday() + 1) % 7)


def costs(sales: Iterable[Piece]) -> tuple[int, int]:
    """Commission on what was sold, by brand, and the VAT on it, each rounded half up to the cent."""
    sums: dict[str, int] = defaultdict(int)
    for each in sales:
        sums[each.brand] += each.amount if each.kind == "SALE" else 0
    fee = sum(_cents(amount * RATES[brand]) for brand, amount in sums.items())
    return fee, _cents(fee * VAT)


def _cents(amount: Decimal) -> int:
    return int(amount.quantize(Decimal(1), ROUND_HALF_UP))


def pieces_of(remittance: Mapping[str, Any]) -> list[Piece]:
    """What a remittance, as the API shows it, has done at the bank, each on the day it was done."""
    return [
        Piece(
            "SALE" if line["name"] == "CAPTURE" else "REFUND", line["brand"], line["amount"],
            datetime.fromisoformat(line["settled_at"]).astimezone(PARIS).date(),
        )
        for line in remittance["lines"] if line["status"] == "DONE"
    ]  # fmt: skip


def of_remittance(name: tuple[str, int], pieces: Sequence[Piece], net_from: date | None) -> list[Booking]:
    """The lines of a remittance of cards: what came of it on days that follow each other is booked once, after the last."""
    found: list[Booking] = []
    days = sorted({each.day for each in pieces})
    since = 0
    for at, day in enumerate(days):
        if at + 1 < len(days) and days[at + 1] - day == timedelta(days=1):
            continue
        together = [each for each in pieces if each.day in days[since : at + 1]]
        found += _booked(name, together, day, net=net_from is not None and day >= net_from)
        since = at + 1
    return found


def _booked(name: tuple[str, int], pieces: Sequence[Piece], day: date, *, net: bool) -> list[Booking]:
    booked = bank_day(day, 1)
    sales = sum(each.amount for each in pieces if each.kind == "SALE")
    refunds = sum(each.amount for each in pieces if each.kind == "REFUND")
    fee, vat = costs(pieces)
    label = f"REM {name[0]} {name[1]}"
    lines = [("62", -fee, f"COM {label}"), ("67", -vat, f"TVA {label}")]
    if net and sales != refunds:
        amount = sales - refunds - fee - vat
        lines = [("30" if amount > 0 else "36", amount, label)]
    elif sales != refunds:
        lines += [("30", sales, label), ("36", -refunds, label)]
    return [
        Booking(CARDS, booked, bank_day(booked, 1) if amount > 0 else booked, code, amount, text[:31])
        for code, amount, text in lines
        if amount
    ]


def of_amex(pieces: Iterable[Piece]) -> list[Booking]:
    """American Express: one transfer for all that falls on a bank day, less commission, VAT, refunds and unpaid."""
    days: dict[date, list[Piece]] = defaultdict(list)
    for each in pieces:
        days[bank_day(each.day, 3)].append(each)
    found = []
    for booked, group in sorted(days.items()):
        fee, vat = costs(group)
        amount = sum(each.amount if each.kind == "SALE" else -each.amount for each in group) - fee - vat
        label = "AMERICAN EXPRESS" if amount > 0 else "AMERICAN EXPRESS PRELEVEMENT"
        found += [Booking(AMEX, booked, booked, "05", amount, label)] if amount else []
    return found


def of_unpaid(day: date, amount: int, authorisation: str | None) -> Booking:
    """A card's sale that came back on a day."""
    booked = bank_day(day)
    return Booking(CARDS, booked, booked, "38", -amount, f"IMPAYE CB {authorisation or ''}")


def differences(expected: Iterable[Booking], printed: Iterable[Booking]) -> list[str]:
    """What the bank printed and our books do not explain, and what they expect and the bank did not print."""
    ours, theirs = Counter(expected), Counter(printed)
    return [f"the bank printed, and nothing explains: {each}" for each in sorted((theirs - ours).elements())] + [
        f"our books expect, and the bank did not print: {each}" for each in sorted((ours - theirs).elements())
    ]
